import { fieldsIn, fieldsOf, listIn, numberIn, textIn, type Fields } from "./fields.ts";
import { lengthInWords } from "./measures.ts";

/** What is in a file, in a line, and what each kind of destination will make of it. */
export type LookWords = { readonly line: string; readonly verdicts: readonly string[] };

const NAMES: Readonly<Record<string, string>> = {
  mp4: "MP4",
  quicktime: "QuickTime",
  matroska: "Matroska",
  webm: "WebM",
  "mpeg-ts": "MPEG-TS",
  avc: "H.264",
  hevc: "HEVC",
  av1: "AV1",
  prores: "ProRes",
  aac: "AAC",
  opus: "Opus",
  youtube: "YouTube",
  joystream: "Joystream",
  s3: "A bucket",
};
const VERDICTS: Readonly<Record<string, string>> = {
  plays: "plays it as it is.",
  accepted: "takes it as it is.",
  needs_transcode: "needs it in another format.",
  refused: "refuses it.",
};

const named = (text: string | null): string => (text === null || text === "unknown" ? "" : (NAMES[text] ?? text.toUpperCase()));

/** Null while nothing is known. Every field may be missing: files are as they are, and other releases tell less or more. */
export function lookInWords(look: unknown): LookWords | null {
  const fields = fieldsOf(look);
  if (fields === null) return null;
  const media: Fields = fieldsIn(fields, "media") ?? new Map();
  const container = textIn(media, "container");
  const [video] = tracksIn(media, "video");
  const [audio] = tracksIn(media, "audio");
  const seconds = numberIn(media, "duration_seconds");
  const facts = [
    named(container),
    video === undefined ? "" : videoInWords(video),
    audio === undefined ? "" : named(textIn(audio, "codec")),
    seconds === null ? "" : lengthInWords(seconds),
  ];
  const line = facts.filter((fact) => fact !== "").join(" · ");
  const verdicts = listIn(fields, "verdicts").flatMap((value) => verdictIn(fieldsOf(value) ?? new Map()) ?? []);
  return line === "" && verdicts.length === 0 ? null : { line, verdicts: together(verdicts) };
}

const tracksIn = (media: Fields, kind: string): readonly Fields[] => listIn(media, kind).flatMap((track) => fieldsOf(track) ?? []);

function videoInWords(video: Fields): string {
  const [width, height, bits] = [numberIn(video, "width"), numberIn(video, "height"), numberIn(video, "bit_depth")];
  const facts = [
    named(textIn(video, "codec")),
    bits === null || bits === 8 ? "" : `${bits}-bit`,
    textIn(video, "hdr") === null ? "" : "HDR",
    width === null || height === null ? "" : `${width}×${height}`,
  ];
  return facts.filter((fact) => fact !== "").join(" ");
}

type Verdict = { readonly who: string; readonly says: string; readonly isReason: boolean };

function verdictIn(verdict: Fields): Verdict | null {
  const who = named(textIn(verdict, "destination"));
  const reasons = listIn(verdict, "reasons").flatMap((reason) => textIn(fieldsOf(reason) ?? new Map(), "detail") ?? []);
  const says = reasons.length > 0 ? reasons.join(" ") : VERDICTS[textIn(verdict, "verdict") ?? ""];
  return who === "" || says === undefined ? null : { who, says, isReason: reasons.length > 0 };
}

/** What is said of several destinations is said once. */
function together(verdicts: readonly Verdict[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { who, says, isReason } of verdicts) if (isReason) reasons.set(says, [...(reasons.get(says) ?? []), who]);
  return [
    ...Array.from(reasons, ([says, who]) => `${who.join(", ")}: ${says}`),
    ...verdicts.filter(({ isReason }) => !isReason).map(({ who, says }) => `${who} ${says}`),
  ];
}
