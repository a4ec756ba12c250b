import { fieldsIn, fieldsOf, listIn, numberIn, textIn, type Fields } from "./fields.ts";
import { lengthInWords } from "./measures.ts";

/** What is in a file, in a line, and what each kind of destination will make of it. */
export type LookWords = { readonly line: string; readonly verdicts: readonly string[] };

/** Null while nothing is known. Every field may be missing: files are as they are, and older releases told less. */
export function lookInWords(look: unknown): LookWords | null {
  const fields = fieldsOf(look);
  if (fields === null) return null;
  const video = fieldsIn(fields, "video");
  const audio = fieldsIn(fields, "audio");
  const seconds = numberIn(fields, "duration_seconds");
  const facts = [
    textIn(fields, "container"),
    video === null ? null : videoInWords(video),
    audio === null ? null : textIn(audio, "codec"),
    seconds === null ? null : lengthInWords(seconds),
  ];
  const line = facts.filter((fact) => fact !== null && fact !== "").join(" · ");
  const verdicts = listIn(fields, "verdicts").flatMap((value) => verdictInWords(fieldsOf(value)) ?? []);
  return line === "" && verdicts.length === 0 ? null : { line, verdicts };
}

function videoInWords(video: Fields): string {
  const [width, height] = [numberIn(video, "width"), numberIn(video, "height")];
  const size = width === null || height === null ? null : `${width}×${height}`;
  return [textIn(video, "codec"), size].filter((fact) => fact !== null).join(" ");
}

function verdictInWords(verdict: Fields | null): string | null {
  if (verdict === null) return null;
  const sentences = listIn(verdict, "reasons").flatMap((reason) => {
    const fields = fieldsOf(reason);
    return (fields === null ? null : textIn(fields, "detail")) ?? [];
  });
  return sentences.length === 0 ? null : sentences.join(" ");
}
