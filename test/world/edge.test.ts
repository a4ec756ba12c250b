import { request as requestTo } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { EDGE_LIMITS } from "./edge.ts";
import { answerAtEnd, EdgeWorld } from "./edge-testing.ts";
import { until } from "./testing.ts";

const world = new EdgeWorld();

test("passes a request on with what Cloudflare adds, and drops what a client may not say", async () => {
  const reply = await fetch(`http://127.0.0.1:${world.port}/a?b=c`, {
    headers: { "cf-connecting-ip": "6.6.6.6", "x-forwarded-proto": "https", "x-own": "kept" },
  });
  expect(await reply.text()).toBe("0");
  expect(reply.headers.get("server")).toBe("cloudflare");
  const { headers, url } = await world.arrived();
  expect(url).toBe("/a?b=c");
  expect(headers).toMatchObject({
    host: `127.0.0.1:${world.port}`,
    "cf-connecting-ip": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-own": "kept",
  });
  expect(headers["cf-ray"]).toBe(reply.headers.get("cf-ray"));
});

test("a 308 passes untouched", async () => {
  world.behave = (_request, response) => void response.writeHead(308, "Resume Incomplete", { range: "bytes=0-9" }).end();
  const reply = await fetch(`http://127.0.0.1:${world.port}/`, { method: "PUT", redirect: "manual" });
  expect([reply.status, reply.statusText, reply.headers.get("range"), reply.headers.get("location")]).toEqual([
    308,
    "Resume Incomplete",
    "bytes=0-9",
    null,
  ]);
});

test("informational replies pass", async () => {
  world.behave = (_request, response) => {
    response.writeEarlyHints({ link: "</a>; rel=preload" });
    response.end("later");
  };
  const client = world.raw("GET / HTTP/1.1");
  await client.first;
  await until(() => client.text().includes("later"));
  expect(client.text()).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test("trailers pass", async () => {
  world.raw("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum", Buffer.from("3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n"));
  const arrival = await world.arrived();
  await until(() => arrival.trailers["x-sum"] !== undefined);
  expect(arrival).toMatchObject({ bytes: 3, trailers: { "x-sum": "7" } });
});

test("a body of 100 MB passes, one of a byte more is refused before the Worker sees it", async () => {
  expect(await world.upload(EDGE_LIMITS.bodyBytes)).toEqual({ status: 200, body: "100000000" });
  const refused = await world.upload(EDGE_LIMITS.bodyBytes + 1);
  expect(refused.status).toBe(413);
  expect(refused.body).toContain("<center>cloudflare</center>");
  expect(world.arrivals).toHaveLength(1);
  expect(world.edge.counters()).toEqual({ requests: 2, refused_413: 1 });
});

test("a client that writes its whole body before it reads finds the 413, not a reset", async () => {
  const bytes = EDGE_LIMITS.bodyBytes + 1;
  const client = world.raw(`PUT / HTTP/1.1\r\nContent-Length: ${bytes}`, Buffer.alloc(1_000_000));
  expect(await client.first).toMatch(/^HTTP\/1.1 413 /);
  client.socket.write(Buffer.alloc(bytes - 1_000_000));
  expect(await client.ended).toBe("fin");
});

test("a chunked body is refused when it grows past 100 MB", async () => {
  expect(await world.upload(EDGE_LIMITS.bodyBytes, { chunked: true })).toEqual({ status: 200, body: "100000000" });
  expect((await world.upload(EDGE_LIMITS.bodyBytes + 1, { chunked: true })).status).toBe(413);
  await until(() => world.arrivals[1]?.cut === true);
  expect(world.edge.counters().refused_413).toBe(1);
});

test("Expect: 100-continue is answered, with 413 when the body would be refused", async () => {
  const welcome = world.raw("PUT / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue");
  expect(await welcome.first).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  welcome.socket.write("abc");
  await until(() => welcome.text().includes("\r\n\r\n3"));
  expect((await world.arrived()).headers.expect).toBeUndefined();

  const refused = world.raw(`PUT / HTTP/1.1\r\nContent-Length: ${EDGE_LIMITS.bodyBytes + 1}\r\nExpect: 100-continue`);
  expect(await refused.first).toMatch(/^HTTP\/1\.1 413 /);
  expect(await refused.ended).toBe("fin");
});

test("a client that was told to continue reads a 502 after its body", async () => {
  world.behave = (request) => request.socket.destroy();
  const client = world.raw("PUT / HTTP/1.1\r\nContent-Length: 2000000\r\nExpect: 100-continue");
  await client.first;
  client.socket.write(Buffer.alloc(2_000_000));
  expect(await client.ended).toBe("fin");
  expect(client.text()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 502 /);
});

test.each([
  ["a URL of 16 KB", `/${"u".repeat(EDGE_LIMITS.urlBytes - 1)}`, {}, 200],
  ["a URL of a byte more", `/${"u".repeat(EDGE_LIMITS.urlBytes)}`, {}, 414],
  ["headers of nearly 128 KB", "/", { a: "h".repeat(65_000), b: "h".repeat(65_000) }, 200],
  ["headers of more", "/", { a: "h".repeat(66_000), b: "h".repeat(66_000) }, 431],
  ["an ordinary path", "/cdn/local/scheduled", {}, 200],
  ["a path of Cloudflare's own", "/cdn-cgi/local/scheduled", {}, 404],
])("%s", async (_what, path, headers, status) => {
  const reply = await new Promise<number | undefined>((resolve, reject) => {
    requestTo({ port: world.port, host: "127.0.0.1", path, headers }, (response) => resolve(response.resume().statusCode))
      .once("error", reject)
      .end();
  });
  expect(reply).toBe(status);
  expect(world.arrivals).toHaveLength(status === 200 ? 1 : 0);
});

test.each(["fin", "reset"] as const)("a client's %s in mid-body reaches the Worker as a cut body at once", async (how) => {
  const client = world.raw("PUT / HTTP/1.1\r\nContent-Length: 1000000", Buffer.alloc(300_000));
  const arrival = await world.arrived();
  await until(() => arrival.bytes >= 300_000);
  const since = performance.now();
  if (how === "fin") client.socket.end();
  else client.socket.resetAndDestroy();
  await until(() => arrival.cut);
  expect(performance.now() - since).toBeLessThan(500);
  expect(arrival.bytes).toBe(300_000);
});

test("a body that is cut after an early reply is cut for the Worker too", async () => {
  world.behave = (_request, response) => void response.end("early");
  const client = world.raw("PUT / HTTP/1.1\r\nContent-Length: 1000000", Buffer.alloc(300_000));
  await client.first;
  const arrival = await world.arrived();
  client.socket.destroy();
  await until(() => arrival.cut);
  expect(arrival.bytes).toBeLessThanOrEqual(300_000);
});

test("a client that goes while it waits for the reply is gone for the Worker too", async () => {
  let gone = false;
  world.behave = (_request, response) => {
    response.once("close", () => {
      gone = true;
    });
  };
  const client = world.raw("GET / HTTP/1.1");
  await world.arrived();
  client.socket.destroy();
  await until(() => gone);
  expect(gone).toBe(true);
});

test("a Worker that dies before its reply is a 502, one that dies in it a broken reply", async () => {
  world.behave = (request) => request.socket.destroy();
  expect((await world.upload(10)).status).toBe(502);
  world.behave = (request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => request.socket.destroy());
  };
  await expect(world.upload(10)).rejects.toThrow();
  world.edge.pointAt(null);
  expect((await world.upload(10)).status).toBe(503);
});

test("a reply that comes before the end of the body is read by the client", async () => {
  world.behave = (request, response) => {
    request.resume();
    response.writeHead(409).end("too early");
  };
  const client = world.raw("PUT / HTTP/1.1\r\nConnection: close\r\nContent-Length: 2000000", Buffer.alloc(1_000_000));
  await client.first;
  client.socket.write(Buffer.alloc(1_000_000));
  expect(await client.ended).toBe("fin");
  expect(client.text()).toMatch(/^HTTP\/1\.1 409 /);
});

test("holds a fast client back when the Worker reads slowly", async () => {
  let resume = (): void => undefined;
  world.behave = (request, response, arrival) => {
    request.pause();
    resume = () => request.resume();
    answerAtEnd(request, response, arrival);
  };
  const bytes = 64 * 1024 * 1024;
  const client = world.raw(`PUT / HTTP/1.1\r\nContent-Length: ${bytes}`);
  let accepted = 0;
  for (let at = 0; at < 64; at += 1) client.socket.write(Buffer.alloc(1024 * 1024), () => (accepted += 1));
  await world.arrived();
  await sleep(300);
  const held = accepted;
  expect(held).toBeLessThan(32);
  resume();
  await until(() => client.text().endsWith(`${bytes}`));
  expect(accepted).toBe(64);
});

test("holds a fast Worker back when the client reads slowly", async () => {
  let sent = 0;
  world.behave = (_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const write = (): void => {
      while (sent < 64) {
        sent += 1;
        if (!response.write(chunk)) return void response.once("drain", write);
      }
      response.end();
    };
    write();
  };
  const client = world.raw("GET / HTTP/1.1");
  client.socket.pause();
  await sleep(300);
  expect(sent).toBeLessThan(32);
  client.socket.resume();
  await until(() => sent >= 64);
});
