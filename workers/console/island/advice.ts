import type { Problem } from "./problem.ts";

/** An error as a person needs it: what happened, what was done about it, what they can do, and what to show somebody who helps. */
export type Advice = { readonly happened: string; readonly done: string; readonly todo: string; readonly code: string };

type Words = Omit<Advice, "code">;

const NOTHING_LOST = "What is stored stays stored.";

export const ADVICE: Readonly<Record<string, Words>> = {
  unauthorized: {
    happened: "The key is not known, has expired or has been revoked.",
    done: "Nothing was sent.",
    todo: "Sign in with another key.",
  },
  forbidden: {
    happened: "The key may not do this.",
    done: "Nothing was changed.",
    todo: "Ask whoever gave you the key for one that may.",
  },
  upload_too_large: {
    happened: "The file is larger than an upload may be.",
    done: "Nothing of it was sent.",
    todo: "Cut it into several files, or ask for a higher limit.",
  },
  content_type_refused: {
    happened: "What is in the file is of no type that is accepted here, whatever its name says.",
    done: "What had been stored of it was erased.",
    todo: "Check that you chose the right file.",
  },
  too_many_open_uploads: {
    happened: "Too many uploads are open at once.",
    done: "This one was not begun.",
    todo: "Finish or cancel some of the others, then try again.",
  },
  too_many_open_bytes: {
    happened: "The open uploads together are as large as they may be.",
    done: "This one was not begun.",
    todo: "Finish or cancel some of the others, then try again.",
  },
  digest_mismatch: {
    happened: "What arrived is not what this file is now: it changed while it was being uploaded, or was damaged on the way.",
    done: "Nothing was published, and what had been stored was erased.",
    todo: "Upload it again.",
  },
  digest_conflict: {
    happened: "This file is not the one that the upload began with.",
    done: NOTHING_LOST,
    todo: "Choose the file that it began with, or cancel this upload and begin a new one.",
  },
  upload_gone: {
    happened: "The upload was cancelled or has expired.",
    done: "What had been stored of it was erased.",
    todo: "Upload the file again.",
  },
  upload_not_found: {
    happened: "There is no such upload any more.",
    done: "Nothing was sent.",
    todo: "Upload the file again.",
  },
  upload_failed: {
    happened: "The upload could not be put together.",
    done: "Nothing was published, and what had been stored was erased.",
    todo: "Upload the file again.",
  },
  upload_in_progress: {
    happened: "Every byte is stored and the upload is being put together, so it can't be cancelled now.",
    done: "Nothing was changed.",
    todo: "Wait until it is done, then delete the video.",
  },
  upload_completed: {
    happened: "The upload is complete already.",
    done: "Nothing was changed.",
    todo: "You find it among the videos.",
  },
  length_mismatch: {
    happened: "The file has another size than the one that the upload began with.",
    done: NOTHING_LOST,
    todo: "Choose the file that it began with.",
  },
  application_refused: {
    happened: "The application that Sluice belongs to said no.",
    done: "Nothing of it was published.",
    todo: "Ask whoever runs the application.",
  },
  asset_gone: { happened: "The video has been deleted.", done: "Its bytes are erased.", todo: "There is nothing more to do." },
  internal: {
    happened: "Something went wrong on our side.",
    done: NOTHING_LOST,
    todo: "Try again; if it stays, show the code below to whoever runs this service.",
  },
};

const UNKNOWN: Words = {
  happened: "The request was refused.",
  done: NOTHING_LOST,
  todo: "Try again; if it stays, show the code below to whoever runs this service.",
};

export function adviceFor({ code, title, detail, requestId }: Pick<Problem, "code" | "title" | "detail" | "requestId">): Advice {
  const known = ADVICE[code];
  const words = known ?? { ...UNKNOWN, happened: `${title}. ${detail}`.trim() };
  return { ...words, code: requestId === null ? code : `${code} ${requestId}` };
}

/** Of an upload whose failure is known only by its code. */
export const adviceForCode = (code: string): Advice => adviceFor({ code, title: UNKNOWN.happened, detail: "", requestId: null });

/** Refusals that are made here, before anything is asked. */
export const LOCAL_ADVICE = {
  unreadable: {
    happened: "The file can't be read any more: it was changed, moved or its disk was removed.",
    done: NOTHING_LOST,
    todo: "Choose the file again to go on.",
    code: "file_unreadable",
  },
  not_at_hand: {
    happened: "The file could not be opened again: the browser was not allowed to, or it is not where it was.",
    done: NOTHING_LOST,
    todo: "Choose the file to go on.",
    code: "file_not_at_hand",
  },
  broken_download: {
    happened: "The download was interrupted.",
    done: "Nothing was saved.",
    todo: "Try again.",
    code: "download_interrupted",
  },
  not_ours: (status: number): Advice => ({
    happened: "Something between this page and Sluice refused the request.",
    done: NOTHING_LOST,
    todo: "Try again, or from another network.",
    code: `http_${status}`,
  }),
  another_file: (name: string, why: "size" | "content"): Advice => ({
    happened:
      why === "size"
        ? `“${name}” has another size than the file that this upload began with.`
        : `“${name}” has the right size, but not the content that this upload began with.`,
    done: "It was not sent, so nothing was mixed up.",
    todo: "Choose the file that the upload began with, or send this one as a new upload.",
    code: "another_file",
  }),
} as const;
