import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_PARTIALS, parseUploadConcat } from "#api/headers/tus-concat.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader } from "./refusal.ts";

const handleOf = (url: string): string | null => /^(?:https:\/\/sluice\.example)?\/files\/([a-z0-9]+)$/.exec(url)?.[1] ?? null;
const parse = (text: string) => parseUploadConcat(text, handleOf);

test("reads a partial upload", () => {
  expect(parse("partial")).toEqual(ok({ kind: "partial", raw: "partial" }));
});

test.each([
  ["final;/files/a /files/b", ["a", "b"]],
  ["final;https://sluice.example/files/a /files/b", ["a", "b"]],
  ["final;/files/b /files/a", ["b", "a"]],
  ["final;/files/a /files/a", ["a", "a"]],
  ["final;/files/a", ["a"]],
])("reads %j in its order", (raw, handles) => {
  expect(parse(raw)).toEqual(ok({ kind: "final", raw, handles }));
});

test.each([
  "",
  "Partial",
  "partial;",
  "partial, partial",
  "final",
  "final:/files/a",
  "final;",
  "final; /files/a",
  "final;/files/a ",
  "final;/files/a  /files/b",
])("refuses %j", (text) => {
  expect(parse(text)).toEqual(invalidHeader("Upload-Concat"));
});

test.each([
  "final;/files/a /files/B",
  "final;/files/a https://elsewhere.example/files/b",
  "final;/files/a,/files/b",
  "final;/files/a\t/files/b",
])("can't join %j", (text) => {
  expect(parse(text)).toMatchObject({ ok: false, error: { code: "concatenation_invalid" } });
});

test("says which URL can't be joined", () => {
  expect(parse("final;/files/a /files/B")).toMatchObject({ error: { detail: expect.stringContaining("URL 2 ") as unknown } });
});

test("joins as many as it says, and not one more", () => {
  const final = (count: number) => `final;${Array.from({ length: count }, (_, i) => `/files/${i}`).join(" ")}`;
  expect(parse(final(MAX_PARTIALS)).ok).toBe(true);
  expect(parse(final(MAX_PARTIALS + 1))).toMatchObject({ ok: false, error: { code: "concatenation_invalid" } });
});

test("takes or refuses any text, and what it takes is the list that was sent", () => {
  fc.assert(
    fc.property(hostileText("partial", "final;/files/a /files/b"), (text) => {
      const parsed = parse(text);
      if (!parsed.ok) {
        expect(["invalid_header", "concatenation_invalid"]).toContain(parsed.error.code);
        return;
      }
      expect(parsed.value.raw).toBe(text);
      if (parsed.value.kind === "final") expect(parsed.value.handles).toEqual(text.slice("final;".length).split(" ").map(handleOf));
    }),
    { numRuns: 1000 },
  );
});
