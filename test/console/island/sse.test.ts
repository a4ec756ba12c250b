import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eventReader, type StreamEvent } from "#console/island/sse.ts";

const line = fc.oneof(
  fc.constantFrom("", ": heartbeat", "data", "event: upload.completed", "id: 7", "retry: 100", "data:  two spaces", "x: y"),
  fc.string({ unit: fc.constantFrom("a", ":", " ", "é") }).map((text) => `data:${text}`),
);
const stream = fc.array(line).map((lines) => [...lines, "", ""].join("\n"));

function inPieces(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

test("reads what a reader that is not ours reads, however the stream is cut", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat()), (text, cuts) => {
      const expected: StreamEvent[] = [];
      const parser = createParser({ onEvent: ({ event, data }) => void expected.push({ type: event ?? "message", data }) });
      parser.feed(text);
      const read = eventReader();
      expect(inPieces(text, cuts).flatMap((piece) => read(piece))).toEqual(expected);
    }),
  );
});

test("takes the line ends of other systems", () => {
  const read = eventReader();
  expect([...read("event: a\r"), ...read("\ndata: 1\r\n\r\n"), ...read("data: 2\r\r")]).toEqual([{ type: "a", data: "1" }]);
  expect(read("\n")).toEqual([{ type: "message", data: "2" }]);
});
