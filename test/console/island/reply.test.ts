import { expect, test } from "vitest";
import { outcomeOf, type Outcome, type Reply } from "#console/island/reply.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

function aReply(status: number, headers: Readonly<Record<string, string>> = {}, body: unknown = ""): Reply {
  const known = new Headers(headers);
  return { status, header: (name) => known.get(name), text: typeof body === "string" ? body : JSON.stringify(body) };
}

const aProblem = (status: number, code: string, more: object = {}, headers: Readonly<Record<string, string>> = {}): Reply =>
  aReply(
    status,
    { "Content-Type": "application/problem+json", ...headers },
    { code, status, title: "T", detail: "D", retryable: false, ...more },
  );

const again = (stored: number | null, afterMs: number | null): Outcome => ({ kind: "again", stored, afterMs });

test.each<[string, Reply, Outcome]>([
  ["nobody answers", null, again(null, null)],
  ["308 with a range", aReply(308, { Range: "bytes=0-99" }), { kind: "advanced", offset: 100 }],
  ["308 without", aReply(308), { kind: "advanced", offset: 0 }],
  ["200", aReply(200, {}, { asset_id: "ast_1", sha256: "ab" }), { kind: "complete", receipt: { assetId: "ast_1", sha256: "ab" } }],
  ["503 of the edge", aReply(503, { "Content-Type": "text/html" }, "<html>"), again(null, null)],
  ["429 that says when", aReply(429, { "Retry-After": "7" }), again(null, 7000)],
  ["503 that says until when", aReply(503, { "Retry-After": new Date(NOW + 3000).toUTCString() }), again(null, 3000)],
  [
    "a retryable refusal that says how far",
    aProblem(503, "storage_unavailable", { retryable: true }, { Range: "bytes=0-9" }),
    again(10, null),
  ],
  ["413 of something in between", aReply(413, { "Content-Type": "text/html" }, "<html>"), { kind: "smaller", maxBytes: null }],
  ["413 of ours for the request", aProblem(413, "append_too_large", { max_bytes: 5 }), { kind: "smaller", maxBytes: 5 }],
  ["another writer", aProblem(409, "superseded", { retryable: true }), { kind: "taken_over" }],
])("%s", (_name, reply, outcome) => {
  expect(outcomeOf(reply, NOW)).toEqual(outcome);
});

test("413 of ours for the whole upload is no matter of chunks", () => {
  expect(outcomeOf(aProblem(413, "upload_too_large"), NOW)).toMatchObject({ kind: "refused", reason: "upload_too_large" });
});

test("a refusal of something in between is told as that", () => {
  expect(outcomeOf(aReply(403, { "Content-Type": "text/html" }, "<html>"), NOW)).toMatchObject({ kind: "refused", reason: "http_403" });
});
