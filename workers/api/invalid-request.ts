import type { z } from "@hono/zod-openapi";
import type { ApiContext } from "./context.ts";
import { problem, type ProblemError } from "./problem.ts";

const escaped = (segment: PropertyKey): string => String(segment).replaceAll("~", "~0").replaceAll("/", "~1");
const pointerTo = (path: readonly PropertyKey[]): string => path.map((segment) => `/${escaped(segment)}`).join("");

/** An unknown member is pointed at itself, not at the object that has it. */
function errorsOf(issue: z.core.$ZodIssue): ProblemError[] {
  if (issue.code !== "unrecognized_keys") return [{ pointer: pointerTo(issue.path), code: issue.code, detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), code: issue.code, detail: "There is no such member." }));
}

type Parsed = { readonly target: string } & ({ readonly success: true } | { readonly success: false; readonly error: z.ZodError });

const PLACES: Readonly<Record<string, string>> = { json: "body", query: "query", param: "path", header: "headers" };

/** What a request's schema refuses, each error with its pointer. */
export function invalidRequest(parsed: Parsed, c: ApiContext): Response | undefined {
  if (parsed.success) return undefined;
  const errors = parsed.error.issues.flatMap(errorsOf);
  const place = PLACES[parsed.target] ?? parsed.target;
  const [first] = errors;
  const detail = `The ${place} is not as described: ${first === undefined ? "it can't be read" : `${first.pointer || "/"} ${first.detail}`}`;
  return problem(c, { code: "invalid_request", detail }, errors);
}
