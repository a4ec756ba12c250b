import { adviceFor, LOCAL_ADVICE, type Advice } from "./advice.ts";
import { fieldsOf, numberIn, parsedJson, textIn } from "./fields.ts";
import { problemIn, retryAfterMs, storedIn } from "./problem.ts";

/** What a request was answered with; null when nobody did. */
export type Reply = { readonly status: number; readonly header: (name: string) => string | null; readonly text: string } | null;

export type Receipt = { readonly assetId: string | null; readonly sha256: string | null };

/** What an answer to a range, or to the question how far the upload is, means for going on. */
export type Outcome =
  | { readonly kind: "advanced"; readonly offset: number }
  | { readonly kind: "complete"; readonly receipt: Receipt }
  /** Later, and from where the upload then says it is. */
  | { readonly kind: "again"; readonly stored: number | null; readonly afterMs: number | null }
  | { readonly kind: "smaller"; readonly maxBytes: number | null }
  | { readonly kind: "taken_over" }
  | { readonly kind: "refused"; readonly reason: string; readonly advice: Advice };

const PASSING = new Set([408, 425, 429]);

export function outcomeOf(reply: Reply, now: number): Outcome {
  if (reply === null) return { kind: "again", stored: null, afterMs: null };
  const { status, header, text } = reply;
  if (status === 308) return { kind: "advanced", offset: storedIn(header("Range")) };
  if (status === 200 || status === 201) return { kind: "complete", receipt: receiptIn(text) };

  const again: Outcome = {
    kind: "again",
    stored: header("Range") === null ? null : storedIn(header("Range")),
    afterMs: retryAfterMs(header("Retry-After"), now),
  };
  const problem = problemIn(status, header("Content-Type"), text);
  if (problem === null) {
    if (status === 413) return { kind: "smaller", maxBytes: null };
    return status >= 500 || PASSING.has(status)
      ? again
      : { kind: "refused", reason: `http_${status}`, advice: LOCAL_ADVICE.not_ours(status) };
  }
  if (problem.code === "append_too_large") return { kind: "smaller", maxBytes: numberIn(problem.fields, "max_bytes") };
  if (problem.code === "superseded") return { kind: "taken_over" };
  return problem.retryable ? again : { kind: "refused", reason: problem.code, advice: adviceFor(problem) };
}

function receiptIn(text: string): Receipt {
  const fields = fieldsOf(parsedJson(text));
  return fields === null ? { assetId: null, sha256: null } : { assetId: textIn(fields, "asset_id"), sha256: textIn(fields, "sha256") };
}
