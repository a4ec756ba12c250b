import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { stayCurrent, type LivePorts } from "#console/island/live.ts";

const aStream = (text: string): Response => new Response(text, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
const PROGRESS = 'event: upload.progress\ndata: {"upload_id":"upl_1","offset":7}\n\n';

/** Answers with each reply in turn, and ends after so many pauses. */
async function following(replies: readonly (Response | null)[], pauses: number, more: Partial<LivePorts> = {}) {
  const left = [...replies];
  const slept: number[] = [];
  const progress: [string, number][] = [];
  let refreshed = 0;
  const stop = new AbortController();
  await stayCurrent(
    {
      stream: async () => left.shift() ?? null,
      refresh: async () => {
        refreshed += 1;
        return false;
      },
      progress: (id, offset) => void progress.push([id, offset]),
      isVisible: () => true,
      sleep: async (ms) => {
        slept.push(ms);
        await setImmediate();
        if (slept.length >= pauses) stop.abort();
      },
      chance: () => 0,
      ...more,
    },
    stop.signal,
  );
  return { slept, progress, refreshed, asked: replies.length - left.length };
}

test("news refresh the lists, progress only moves its upload", async () => {
  const { refreshed, progress } = await following([aStream(`${PROGRESS}: heartbeat\n\nevent: upload.completed\ndata: {}\n\n`)], 1);
  expect(progress).toEqual([["upl_1", 7]]);
  // At the beginning, and for the completion; nothing for progress.
  expect(refreshed).toBe(2);
});

test("a stream that ends is asked for again, at once when it had something to say, later and later when not", async () => {
  const { slept, asked } = await following([aStream(PROGRESS), aStream(PROGRESS), aStream(""), aStream("")], 4);
  expect(asked).toBe(4);
  expect(slept).toEqual([250, 250, 500, 1000]);
});

test("nobody, or an outage, is asked again", async () => {
  const { asked, refreshed } = await following([null, new Response(null, { status: 503 }), aStream("")], 3);
  expect([asked, refreshed]).toEqual([3, 1]);
});

test.each([403, 404])("%i is for good: the lists are asked for instead, ever less often", async (status) => {
  const { slept, refreshed, asked } = await following([new Response(null, { status }), aStream("")], 5);
  expect(asked).toBe(1);
  expect(slept).toEqual([2000, 4000, 8000, 16_000, 32_000]);
  expect(refreshed).toBe(4);
});

test("a hidden tab asks nobody", async () => {
  const { refreshed } = await following([new Response(null, { status: 404 })], 5, { isVisible: () => false });
  expect(refreshed).toBe(0);
});

test("what is broken in the stream is passed over", async () => {
  const { progress } = await following([aStream(`event: upload.progress\ndata: {"upload_id":\n\n${PROGRESS}`)], 1);
  expect(progress).toEqual([["upl_1", 7]]);
});
