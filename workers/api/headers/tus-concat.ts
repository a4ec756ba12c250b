import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { invalidHeader } from "./field.ts";

export const MAX_PARTIALS = 1000;

/** `raw` is what HEAD has to echo; `handles` stand in the order in which the partials are joined, and one may come again. */
export type UploadConcat =
  | { readonly kind: "partial"; readonly raw: "partial" }
  | { readonly kind: "final"; readonly raw: string; readonly handles: readonly string[] };

const PARTIAL = "partial";
const FINAL = "final;";

/**
 * tus 1.0 concatenation, Upload-Concat: `partial`, or `final` "followed by a semicolon and a space-separated list of the partial
 * upload URLs", which "MAY be absolute or relative". `handleOf` knows the handle in one of our URLs and is null for any other.
 */
export function parseUploadConcat(
  text: string,
  handleOf: (url: string) => string | null,
): Result<UploadConcat, Failure<"invalid_header"> | Failure<"concatenation_invalid">> {
  if (text === PARTIAL) return ok({ kind: "partial", raw: PARTIAL });
  if (!text.startsWith(FINAL)) return invalidHeader("Upload-Concat", "must be partial, or final; and the URLs of the partial uploads");

  const urls = text.slice(FINAL.length).split(" ");
  if (urls.length > MAX_PARTIALS)
    return err({ code: "concatenation_invalid", detail: `at most ${MAX_PARTIALS} partial uploads can be joined` });
  const handles: string[] = [];
  for (const url of urls) {
    if (url === "") return invalidHeader("Upload-Concat", "the URLs must be separated by one space");
    const handle = handleOf(url);
    if (handle === null) return err({ code: "concatenation_invalid", detail: `URL ${handles.length + 1} is not one of an upload here` });
    handles.push(handle);
  }
  return ok({ kind: "final", raw: text, handles });
}
