import type { Delivery } from "./delivery.ts";

export type WaitingFacts = {
  /** Of today's uploads of the whole service to this kind of peer; null where nobody has asked. */
  readonly uploadsLeft: { readonly left: number; readonly limit: number } | null;
  /** An instant as people read it. */
  readonly time: (epochMs: number) => string;
};

const ENDINGS: Readonly<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd", other: "th", zero: "th", many: "th" };
const rules = new Intl.PluralRules("en", { type: "ordinal" });
const ordinal = (number: number): string => `${number}${ENDINGS[rules.select(number)]}`;

/** Why it does not go on, in a sentence for people; null when it does. */
export function waitingWords({ waitingOn }: Pick<Delivery, "waitingOn">, { uploadsLeft, time }: WaitingFacts): string | null {
  if (waitingOn === null) return null;
  const { reason, detail, until, position } = waitingOn;
  const then = until === null ? "" : ` It goes on at ${time(until)}.`;
  switch (reason) {
    case "turn": {
      const place = position === null || position === 1 ? "Next in line" : `${ordinal(position)} in line`;
      const left = uploadsLeft === null ? "" : `; ${uploadsLeft.left} of today's ${uploadsLeft.limit} uploads are left`;
      return `${place} for this channel${left}.`;
    }
    case "schedule":
      return until === null ? "It is scheduled." : `It is scheduled for ${time(until)}.`;
    case "paused":
      return detail === null ? "Publishing there is paused." : `Publishing is paused: ${detail}`;
    case "backoff":
      return `YouTube did not take it yet${detail === null ? "." : ` (${detail}).`}${then}`;
    case "quota":
      return `Today's uploads are used up.${then}`;
    case "reauth":
      return "YouTube no longer lets us upload to this channel. Connect it again: the place in the line is kept.";
    case "source":
      return "It waits for its file.";
  }
}
