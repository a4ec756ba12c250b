import { expect, test } from "vitest";
import { drainBody } from "#api/drain.ts";

function requestWith(pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>) {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({ pull, cancel: () => void (cancelled = true) }, { highWaterMark: 0 });
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  return { request: new Request("https://sluice.test/", init), wasCancelled: () => cancelled };
}

test("reads no more than it may", async () => {
  let sent = 0;
  const { request, wasCancelled } = requestWith((controller) => {
    sent += 100;
    controller.enqueue(new Uint8Array(100));
  });
  await drainBody(request, { maxBytes: 250, maxMs: 5_000 });
  expect(sent).toBeGreaterThanOrEqual(300);
  expect(sent).toBeLessThanOrEqual(400);
  expect(wasCancelled()).toBe(true);
});

test("waits no longer than it may", async () => {
  const { request, wasCancelled } = requestWith(() => new Promise(() => undefined));
  const started = performance.now();
  await drainBody(request, { maxBytes: 1_000, maxMs: 50 });
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(wasCancelled()).toBe(true);
});

test("minds neither a sender that breaks off nor a body that is not there", async () => {
  const { request } = requestWith((controller) => controller.error(new Error("reset")));
  await drainBody(request);
  await drainBody(new Request("https://sluice.test/"));
  expect(request.bodyUsed).toBe(true);
});
