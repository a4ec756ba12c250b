import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { EdgeWorld } from "./edge-testing.ts";
import { until } from "./testing.ts";

const world = new EdgeWorld();

test("fault status: the Worker sees nothing, the next request passes", async () => {
  world.fault({ peer: "edge", operation: "request", kind: "status", status: 503, body: { reason: "asked for" } });
  expect(await world.upload(1000)).toEqual({ status: 503, body: '{"reason":"asked for"}' });
  expect(world.arrivals).toHaveLength(0);
  expect(await world.upload(1000)).toEqual({ status: 200, body: "1000" });
});

test.each(["reset", "cut"] as const)("fault %s: so many bytes arrive, then both sides break off", async (kind) => {
  world.fault({ peer: "edge", operation: "request", method: "PUT", path: "/files/", kind, after_bytes: 123_456 });
  expect(await world.upload(10, { path: "/other" })).toEqual({ status: 200, body: "10" });
  const client = world.raw("PUT /files/a HTTP/1.1\r\nContent-Length: 1000000", Buffer.alloc(1_000_000));
  expect(await client.ended).toBe(kind === "reset" ? "reset" : "fin");
  expect(client.text()).toBe("");
  await until(() => world.arrivals[1]?.cut === true);
  expect(world.arrivals[1]?.bytes).toBe(123_456);
});

test("fault lost_reply: the Worker has answered, the client never hears it", async () => {
  world.fault({ peer: "edge", operation: "request", kind: "lost_reply" });
  await expect(world.upload(1000)).rejects.toThrow();
  expect(world.arrivals).toMatchObject([{ bytes: 1000, cut: false }]);
});

test("fault truncate: the reply stops after so many bytes", async () => {
  world.behave = (_request, response) => void response.writeHead(200, { "content-length": 1000 }).end("x".repeat(1000));
  world.fault({ peer: "edge", operation: "request", kind: "truncate", after_bytes: 10 });
  const client = world.raw("GET / HTTP/1.1");
  await client.ended;
  expect(client.text().endsWith(`\r\n\r\n${"x".repeat(10)}`)).toBe(true);
});

test("fault delay and timeout", async () => {
  world.fault({ peer: "edge", operation: "request", kind: "delay", delay_ms: 80 });
  world.fault({ peer: "edge", operation: "request", kind: "timeout" });
  const since = performance.now();
  expect((await world.upload(10)).status).toBe(200);
  expect(performance.now() - since).toBeGreaterThanOrEqual(79);
  const client = world.raw("GET / HTTP/1.1");
  expect(await Promise.race([client.ended, sleep(100, "silent")])).toBe("silent");
  expect(world.arrivals).toHaveLength(1);
});

test("a fault on the final request waits for the last bytes", async () => {
  world.fault({ peer: "edge", operation: "request", on: "final", kind: "status", status: 500 });
  expect((await world.upload(10, { headers: { "content-range": "bytes 0-9/20" } })).status).toBe(200);
  expect((await world.upload(10, { headers: { "content-range": "bytes 10-19/20" } })).status).toBe(500);
});
