import { expect, test } from "vitest";
import { finality } from "./finality.ts";

test.each([
  ["PUT", { "content-range": "bytes 5-9/10" }, true],
  ["PUT", { "content-range": "bytes 5-8/10" }, false],
  ["PUT", { "content-range": "bytes 5-9/*" }, false],
  ["PUT", { "content-range": "bytes */10" }, false],
  ["PUT", { "content-length": "10" }, true],
  ["POST", { "content-length": "10" }, false],
  ["PATCH", { "upload-complete": "?1", "upload-offset": "0" }, true],
  ["PATCH", { "upload-complete": "?0", "upload-offset": "0" }, false],
  ["GET", { "upload-complete": "?1" }, false],
])("%s with %j ends an upload: %s", (method, headers, final) => {
  expect(finality().isFinal(method, "/files/a", headers)).toBe(final);
});

test("a tus upload ends where the length that passed through says", () => {
  const last = finality();
  const patch = { "upload-offset": "6", "content-length": "4" };
  expect(last.isFinal("PATCH", "/files/a", patch)).toBe(false);
  last.learn("/files", { "upload-length": "10" }, { location: "http://127.0.0.1:8787/files/a" });
  expect(last.isFinal("PATCH", "/files/a", patch)).toBe(true);
  expect(last.isFinal("PATCH", "/files/a", { ...patch, "content-length": "3" })).toBe(false);
  last.learn("/files/b", {}, { "upload-length": "10" });
  expect(last.isFinal("PATCH", "/files/b", patch)).toBe(true);
});
