import { create, parse } from "content-disposition";
import type { Failure } from "#domain/failures.ts";
import { ok, type Result } from "#domain/result.ts";
import { invalidHeader } from "./field.ts";
import { fileNameFault } from "./upload-name.ts";

export const requestHeaders = ["Content-Disposition"] as const;
export const responseHeaders = ["Content-Disposition"] as const;

const UNWRITABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * The file name that a sender suggests, null when it suggests none. RFC 6266 §4.3: `filename*` before `filename`, and of "path
 * separators" only what comes after the last.
 */
export function parseFilename(text: string): Result<string | null, Failure<"invalid_header">> {
  const suggested = parse(text).parameters["filename"];
  if (suggested === undefined) return ok(null);
  const name = suggested.slice(Math.max(suggested.lastIndexOf("/"), suggested.lastIndexOf("\\")) + 1);
  const fault = fileNameFault(name);
  return fault === null ? ok(name) : invalidHeader("Content-Disposition", `the filename ${fault}`);
}

/** The header of a download (RFC 6266 §4): `filename` in ASCII, and `filename*` in UTF-8 where that can't say it. */
export function writeContentDisposition(type: "attachment" | "inline", filename: string): string {
  return create(filename.replace(UNWRITABLE, "\ufffd"), { type });
}
