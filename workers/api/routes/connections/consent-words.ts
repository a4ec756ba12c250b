import type { ConsentRefusal, ConsentRefusalCode } from "#domain/connections/refusal.ts";

type Words<C extends ConsentRefusalCode> = {
  readonly status: 400 | 403 | 409 | 410 | 502 | 503;
  readonly title: string;
  /** What happened, then what to do. */
  readonly say: (refusal: ConsentRefusal<C>) => readonly [what: string, next: string];
};

const AGAIN = "Go back to where you came from and connect the channel again.";
const NOTHING_KEPT = "Nothing was connected, and what Google granted is not kept.";

const namesOf = (scopes: readonly string[]): string => scopes.map((scope) => `\`${scope.replace(/^.*\/auth\//, "")}\``).join(", ");

/** What people read who come back without a connection. */
export const CONSENT_WORDS = {
  youtube_not_configured: {
    status: 503,
    title: "YouTube is not set up here",
    say: () => [
      "This service has no project at Google.",
      "Tell whoever runs it: `GOOGLE_CLIENT_ID` and `GOOGLE_CLIENT_SECRET` are missing.",
    ],
  },
  consent_expired: {
    status: 410,
    title: "The ten minutes are over",
    say: () => ["A link to connect a channel is good for ten minutes.", AGAIN],
  },
  consent_unknown: {
    status: 400,
    title: "This link is used up",
    say: () => [
      "It has been used already, has been over for a while, or was changed on its way.",
      "If you have just connected a channel, it is connected: see your list. If not, go back to where you came from and begin again.",
    ],
  },
  consent_other_browser: {
    status: 403,
    title: "This link belongs to another browser",
    say: () => [
      "A link to connect a channel works in the browser that opens it first, and there with cookies.",
      "Begin again in this browser, and open the link in it yourself. If somebody sent you here, do not go on.",
    ],
  },
  consent_denied: {
    status: 403,
    title: "You said no",
    say: () => [
      "Google was told not to let this service use your channel. Nothing was connected.",
      "If that was a mistake, connect it again and choose Continue.",
    ],
  },
  consent_failed: {
    status: 502,
    title: "Google did not ask you",
    say: ({ detail }) => [
      `Google sent you back with \`${detail}\`. Nothing was connected.`,
      "Try again; if it stays so, tell whoever runs this service.",
    ],
  },
  consent_lost: {
    status: 502,
    title: "Your consent got lost",
    say: ({ detail }) => [`It could not be exchanged for access. ${detail} Nothing was connected.`, AGAIN],
  },
  scopes_missing: {
    status: 403,
    title: "Something was not ticked",
    say: ({ scopes }) => [
      `You did not grant ${namesOf(scopes)}. ${NOTHING_KEPT}`,
      "Connect it again and leave every box ticked that Google shows.",
    ],
  },
  grant_not_lasting: {
    status: 502,
    title: "Google granted it for an hour only",
    say: () => [
      `Without lasting access nothing can be published later. ${NOTHING_KEPT}`,
      "Remove this service at https://myaccount.google.com/connections and connect the channel again.",
    ],
  },
  no_channel: {
    status: 403,
    title: "This account has no channel",
    say: () => [
      `The Google account that you chose has no YouTube channel. ${NOTHING_KEPT}`,
      "Make one at https://www.youtube.com/create_channel, or connect again and choose another account.",
    ],
  },
  channel_unreadable: {
    status: 502,
    title: "YouTube did not say which channel it is",
    say: ({ detail }) => [`${detail} ${NOTHING_KEPT}`, "Connect it again in a few minutes."],
  },
  other_channel: {
    status: 409,
    title: "That is another channel",
    say: ({ expected, granted }) => [
      `You were to connect “${expected}” again and chose “${granted}”. Neither was changed.`,
      "Connect it again and choose the right one, or connect the other as a channel of its own.",
    ],
  },
  connection_gone: {
    status: 410,
    title: "It has been disconnected",
    say: () => [`The connection that you were to renew is not there any more. ${NOTHING_KEPT}`, "Connect the channel anew."],
  },
} as const satisfies { [C in ConsentRefusalCode]: Words<C> };

/** The table's types pair each code with its own refusal, which the compiler can't follow through an index. */
export function wordsFor(refusal: ConsentRefusal) {
  const { status, title, say } = CONSENT_WORDS[refusal.code];
  const [what, next] = (say as (refusal: ConsentRefusal) => readonly [string, string])(refusal);
  return { status, title, what, next };
}
