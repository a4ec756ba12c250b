import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { writeEnvFile } from "#test/world/env-file.ts";
import { closeServer, listenOnFirstFree } from "#test/world/listen.ts";
import { temporaryDirectory } from "#test/world/testing.ts";
import { createWorker } from "#test/world/worker.ts";
import { devCommand, readWranglerConfig, wranglerEnvironment } from "#test/world/wrangler.ts";
import { sha256 } from "#test/world/youtube/testing.ts";
import { KIB256 } from "#test/world/youtube/upload/testing.ts";
import { BYTES, TOTAL, youtubeUnderTest } from "#test/adapters/youtube/youtube-under-test.ts";

const MIB = 1024 * 1024;

const directory = temporaryDirectory();
const config = readWranglerConfig(join(import.meta.dirname, "wrangler.toml"));
const envFile = join(directory.path, "worker.env");
const lines: string[] = [];
let port: number | null = null;

/** The adapter where it runs in production: in workerd, whose streams and whose `fetch` are not Node's. */
const carrier = createWorker({
  command: devCommand(config, directory.path, envFile),
  cwd: import.meta.dirname,
  env: wranglerEnvironment(directory.path),
  stateDir: directory.path,
  onLine: (line) => lines.push(line),
  onPort: (found) => (port = found),
  onHopeless: (reason) => lines.push(reason),
});
const { world, open } = youtubeUnderTest();
const servers: Server[] = [];

beforeAll(async () => {
  writeEnvFile(envFile, {});
  await carrier.start();
}, 90_000);
afterAll(async () => {
  await carrier.stop();
  directory.remove();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map(closeServer));
});

async function serve(handler: (request: IncomingMessage, reply: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, reply) => void handler(request, reply));
  servers.push(server);
  return `http://127.0.0.1:${await listenOnFirstFree(server, [])}/`;
}

const sourceOf = (bytes: Uint8Array) => serve((_request, reply) => reply.end(bytes));

async function ask(uploadUrl: string, source: string, start: number, end: number, total: number | null = TOTAL): Promise<unknown> {
  const reply = await fetch(`http://127.0.0.1:${port ?? 0}/`, {
    method: "POST",
    body: JSON.stringify({ uploadUrl, source, start, end, total }),
  });
  expect(reply.status, lines.join("\n")).toBe(200);
  return reply.json();
}
const standing = (uploadUrl: string) => ask(uploadUrl, "http://unused.invalid", 0, 0);

test("tells YouTube the length of a chunk, believes its 308, and ends with a video", async () => {
  const url = await open();
  expect(await standing(url)).toEqual({ kind: "accepted", value: { state: "open", offset: 0 } });
  const half = { kind: "accepted", value: { state: "open", offset: 2 * KIB256 } };
  expect(await ask(url, await sourceOf(BYTES.subarray(0, 2 * KIB256)), 0, 2 * KIB256)).toEqual(half);
  expect(await standing(url)).toEqual(half);
  const done = await ask(url, await sourceOf(BYTES.subarray(2 * KIB256)), 2 * KIB256, TOTAL);
  expect(done).toMatchObject({ kind: "accepted", value: { state: "complete" } });
  expect(await standing(url)).toEqual(done);
  expect(world.state().videos.at(-1)).toMatchObject({ size: TOTAL, sha256: sha256(BYTES) });
});

test("a chunk goes with its length, and nothing of ours goes with it", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const peer = await serve((request, reply) => {
    seen.push(request.headers);
    request.resume().once("end", () => reply.writeHead(308, { range: `bytes=0-${KIB256 - 1}` }).end());
  });
  expect(await ask(`${peer}?upload_id=a`, await sourceOf(BYTES.subarray(0, KIB256)), 0, KIB256, null)).toMatchObject({ kind: "accepted" });
  expect(seen).toMatchObject([{ "content-length": String(KIB256), "content-range": `bytes 0-${KIB256 - 1}/*`, "user-agent": "Sluice" }]);
  for (const name of ["transfer-encoding", "authorization", "cookie"]) expect(seen[0]).not.toHaveProperty(name);
});

test("a source that breaks off leaves the upload open, at what has arrived", async () => {
  const url = await open();
  const source = await serve((_request, reply) => {
    reply.writeHead(200, { "content-length": String(TOTAL) });
    reply.write(BYTES.subarray(0, 2 * KIB256 + 9), () => reply.socket?.resetAndDestroy());
  });
  expect(await ask(url, source, 0, TOTAL)).toMatchObject({ kind: "unknown" });
  const left = await standing(url);
  expect([0, KIB256, 2 * KIB256].map((offset) => ({ kind: "accepted", value: { state: "open", offset } }))).toContainEqual(left);
});

test.each([
  ["too short", TOTAL - 1],
  ["too long", TOTAL + 1],
])("a source that is %s makes no video of other bytes", async (_name, bytes) => {
  const url = await open();
  const before = world.state().inserts;
  expect(await ask(url, await sourceOf(Buffer.alloc(bytes)), 0, TOTAL)).toMatchObject({ kind: "unknown" });
  expect(await standing(url)).toMatchObject({ value: { state: "open" } });
  expect(world.state().inserts).toBe(before);
});

test.each([
  ["a reset", { kind: "reset", after_bytes: KIB256 + 7 }, { state: "open", offset: KIB256 }],
  ["a lost answer", { kind: "lost_reply" }, { state: "complete" }],
  ["a 503", { kind: "status", status: 503 }, { state: "open", offset: 0 }],
] as const)("after %s the upload is where YouTube says it is", async (_name, fault, stands) => {
  const url = await open();
  world.fault({ peer: "youtube", operation: "upload", ...fault });
  expect(await ask(url, await sourceOf(BYTES), 0, TOTAL)).toMatchObject({ kind: "unknown" });
  expect(await standing(url)).toMatchObject({ kind: "accepted", value: stands });
});

test("an answer that comes early lets the source go", async () => {
  const peer = await serve((_request, reply) => reply.writeHead(404).end());
  let letGo = (): void => undefined;
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const source = await serve((_request, reply) => {
    reply.writeHead(200, { "content-length": String(1024 * MIB) });
    reply.once("close", letGo);
    const more = (): void => {
      while (!reply.destroyed && reply.write(Buffer.alloc(64 * 1024)));
    };
    reply.on("drain", more);
    more();
  });
  expect(await ask(`${peer}?upload_id=a`, source, 0, 1024 * MIB, 1024 * MIB)).toMatchObject({ refusal: { kind: "gone" } });
  await gone;
});

test("holds no more of 256 MiB than the connections do while YouTube takes nothing", async () => {
  const bytes = 256 * MIB;
  let written = 0;
  const source = await serve(async (_request, reply) => {
    reply.writeHead(200, { "content-length": String(bytes) });
    const piece = Buffer.alloc(256 * 1024, 7);
    while (written < bytes) {
      written += piece.byteLength;
      if (!reply.write(piece)) await once(reply, "drain");
    }
    reply.end();
  });
  let waiting = 0;
  let taken = 0;
  const peer = await serve(async (request, reply) => {
    // Until nothing more has been read from the source for a while.
    for (let before = -1; written !== before; await sleep(300)) before = written;
    waiting = written;
    for await (const chunk of request) taken += Buffer.from(chunk).byteLength;
    reply.writeHead(308, { range: `bytes=0-${taken - 1}` }).end();
  });
  expect(await ask(`${peer}?upload_id=a`, source, 0, bytes, null)).toEqual({ kind: "accepted", value: { state: "open", offset: bytes } });
  expect(taken).toBe(bytes);
  expect(waiting / MIB).toBeLessThan(64);
}, 60_000);
