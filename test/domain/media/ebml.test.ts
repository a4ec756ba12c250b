import { expect, it } from "vitest";
import { elementsIn } from "#domain/media/ebml.ts";

const VOID = [0xec, 0x80];

it("elements side by side are looked at up to 4,096 of them, and no further", () => {
  const row = Uint8Array.from(Array.from({ length: 10_000 }, () => VOID).flat());
  expect(elementsIn(row, 0, row.length)).toHaveLength(4_096);
  expect(elementsIn(row, 0, 20)).toHaveLength(10);
});
