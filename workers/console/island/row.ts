import { adviceForCode, type Advice } from "./advice.ts";
import { lookInWords, type LookWords } from "./look-words.ts";
import { bytesInWords, countInWords, leftInWords, speedInWords } from "./measures.ts";
import { percentOf } from "./milestones.ts";
import { secondsLeft } from "./pace.ts";
import type { ListedUpload } from "./resources.ts";
import type { Transfer } from "./transfer.ts";

export const ACTIONS = ["pause", "go_on", "try_again", "choose", "send_new", "cancel", "dismiss"] as const;
export type Action = (typeof ACTIONS)[number];
export type Tone = "calm" | "busy" | "good" | "bad";

/** Everything that a row of the list shows. */
export type UploadRow = {
  readonly key: string;
  readonly name: string;
  readonly badge: string;
  readonly tone: Tone;
  readonly status: string;
  readonly pace: string;
  /** Null: nothing to show on a bar. */
  readonly percent: number | null;
  readonly advice: Advice | null;
  readonly look: LookWords | null;
  readonly actions: readonly Action[];
};

type Words = Pick<UploadRow, "badge" | "tone" | "status" | "actions"> & { readonly pace?: string; readonly advice?: Advice };

/** An upload that this tab is at. */
export function rowOfTransfer(key: string, transfer: Transfer, look: unknown, now: number): UploadRow {
  const { file, acknowledged, phase } = transfer;
  const { advice = null, pace = "", ...words } = transferWords(transfer, now);
  const over = phase.name === "stored" || phase.name === "cancelled" || (phase.name === "failed" && phase.lost);
  return {
    key,
    name: file.name,
    ...words,
    pace,
    advice,
    percent: over ? null : percentOf(acknowledged, file.size),
    // What is done stands among the videos, look and all.
    look: phase.name === "stored" ? null : lookInWords(look),
  };
}

function transferWords(transfer: Transfer, now: number): Words {
  const { file, acknowledged, phase } = transfer;
  const stored = `${bytesInWords(acknowledged)} of ${bytesInWords(file.size)} stored`;
  switch (phase.name) {
    case "waiting":
      return { badge: "Waiting", tone: "calm", status: `${bytesInWords(file.size)}, waits for its turn.`, actions: ["pause", "cancel"] };
    case "opening":
      return { badge: "Beginning", tone: "busy", status: bytesInWords(file.size), actions: ["pause", "cancel"] };
    case "sending":
      return { badge: "Uploading", tone: "busy", status: `${stored}.`, pace: paceWords(transfer), actions: ["pause", "cancel"] };
    case "checking":
      return {
        badge: "Checking",
        tone: "busy",
        status: `${stored}. The file is read once more, so that its digest goes with the last bytes.`,
        actions: ["pause", "cancel"],
      };
    case "offline":
      return { badge: "No connection", tone: "calm", status: `${stored}. It goes on by itself from there.`, actions: ["pause", "cancel"] };
    case "retrying": {
      const seconds = Math.max(1, Math.ceil((phase.at - now) / 1000));
      const again = `${stored}. Interrupted: it goes on from there in ${countInWords(seconds, "second", "seconds")}.`;
      return { badge: "Trying again", tone: "calm", status: again, actions: ["pause", "cancel"] };
    }
    case "settling":
      return {
        badge: "Stored",
        tone: "busy",
        status: "Every byte is stored; it is being put together and checked. You may close this tab.",
        actions: [],
      };
    case "paused": {
      const why = phase.why === "asked" ? "Paused." : "Another tab or device is going on with this upload, so this one stopped.";
      return { badge: "Paused", tone: "calm", status: `${stored}. ${why}`, actions: ["go_on", "cancel"] };
    }
    case "stored": {
      const compared = phase.compared ? " Its SHA-256 was compared with the file on this device: they are the same." : "";
      return { badge: "Done", tone: "good", status: `${bytesInWords(file.size)} stored and checked.${compared}`, actions: ["dismiss"] };
    }
    case "cancelled":
      return { badge: "Cancelled", tone: "calm", status: "What had been stored is erased.", actions: ["dismiss"] };
    case "failed":
      return {
        badge: "Failed",
        tone: "bad",
        status: phase.lost ? "" : `${stored}.`,
        advice: phase.advice,
        actions: phase.lost ? ["try_again", "dismiss"] : ["try_again", "cancel"],
      };
  }
}

function paceWords({ pace, file, acknowledged }: Transfer): string {
  const { bytesPerSecond } = pace;
  if (bytesPerSecond === null) return "";
  const left = secondsLeft(pace, file.size - acknowledged);
  return left === null ? speedInWords(bytesPerSecond) : `${speedInWords(bytesPerSecond)}, ${leftInWords(left)}`;
}

/** Where an upload was begun: in this browser with its file still at hand, in this browser, or elsewhere. */
export type BeganAt = "at_hand" | "here" | "elsewhere";

/** An upload that this tab is not at: left by a reload, or going on elsewhere. `refused` is a file that was chosen for it and is not its own. */
export function rowOfListed(upload: ListedUpload, beganAt: BeganAt, refused: Advice | null): UploadRow {
  const { id, filename, length, offset } = upload;
  const words = listedWords(upload, beganAt);
  const open = upload.status === "receiving" || upload.status === "completing";
  return {
    key: id,
    name: filename,
    badge: words.badge,
    tone: refused === null ? words.tone : "bad",
    status: words.status,
    pace: "",
    percent: open && length !== null ? percentOf(offset, length) : null,
    advice: refused ?? words.advice ?? null,
    look: lookInWords(upload.look),
    actions: refused === null ? words.actions : ["choose", "send_new", "cancel"],
  };
}

function listedWords({ status, length, offset, failureCode }: ListedUpload, beganAt: BeganAt): Words {
  const stored = length === null ? `${bytesInWords(offset)} stored` : `${bytesInWords(offset)} of ${bytesInWords(length)} stored`;
  switch (status) {
    case "receiving":
      switch (beganAt) {
        case "at_hand":
          return {
            badge: "Paused",
            tone: "calm",
            status: `${stored}. It goes on from there when you say so.`,
            actions: ["go_on", "cancel"],
          };
        case "here":
          return {
            badge: "Paused",
            tone: "calm",
            status: `${stored}. To go on, choose the same file again.`,
            actions: ["choose", "cancel"],
          };
        case "elsewhere":
          return {
            badge: "Open",
            tone: "calm",
            status: `${stored}, from another tab or device. To go on here, choose the same file.`,
            actions: ["choose", "cancel"],
          };
      }
    case "completing":
      return { badge: "Stored", tone: "busy", status: "Every byte is stored; it is being put together and checked.", actions: [] };
    case "completed":
      return { badge: "Done", tone: "good", status: "Stored and checked.", actions: [] };
    case "failed":
      return { badge: "Failed", tone: "bad", status: "", advice: adviceForCode(failureCode ?? "upload_failed"), actions: [] };
    case "cancelled":
      return { badge: "Cancelled", tone: "calm", status: "What had been stored is erased.", actions: [] };
    case "expired":
      return { badge: "Expired", tone: "calm", status: "It was left alone for too long, and what had been stored is erased.", actions: [] };
  }
}

/** Whether the tab may be closed, for the line above the list. */
export function closingWords(transfers: readonly Transfer[]): string {
  const sending = transfers.filter(({ inFlight }) => inFlight).length;
  if (sending > 0) return `Keep this tab open: ${countInWords(sending, "file is", "files are")} on the way.`;
  if (transfers.some(({ phase }) => phase.name === "paused" || (phase.name === "failed" && !phase.lost)))
    return "Nothing is on its way, and what is stored stays stored. It is safe to close this tab.";
  const settled = transfers.some(({ phase }) => phase.name === "stored" || phase.name === "settling");
  return settled ? "Every byte is stored. It is safe to close this tab." : "";
}

/** `atHand` of the `count` need no file to be chosen. */
export function pausedWords(count: number, atHand: number): string {
  if (count === 0) return "";
  const paused = `${countInWords(count, "upload is", "uploads are")} paused.`;
  const toChoose = count - atHand;
  if (toChoose === 0)
    return `${paused} ${count === 1 ? "It goes" : "They go"} on where ${count === 1 ? "it" : "they"} stopped when you say so.`;
  const files = `Choose the same ${toChoose === 1 ? "file" : "files"} to go on where ${toChoose === 1 ? "it" : "they"} stopped`;
  return atHand === 0 ? `${paused} ${files}.` : `${paused} ${files}; of ${atHand} the file is at hand.`;
}
