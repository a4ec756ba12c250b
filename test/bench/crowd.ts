import { setTimeout as sleep } from "node:timers/promises";
import { MIB } from "#domain/uploads/part-plan.ts";
import { openUpload, removeUpload, storedDigest } from "./cases/sluice-api.ts";
import type { BenchOptions } from "./arguments.ts";
import { Content } from "./content.ts";
import { connections, exchange, expecting } from "./exchange.ts";
import { Inspector, inspectors, WORKER } from "./inspector.ts";
import { measured } from "./measured.ts";
import { type SluiceServer, startSluice } from "./servers/sluice.ts";
import { fixed, megabytes, table } from "./table.ts";

const UPLOADS = 50;
const PIECE_BYTES = 64 * 1024;
const SLOW_PAUSE_MS = 100;
const LOOK_MS = 150;
const LOOKS_PER_SNAPSHOT = 10;

/** Many uploads at once: what an isolate of 128 MB would have to hold. */
export async function benchCrowd({ sizeBytes }: BenchOptions, say: (text: string) => void): Promise<void> {
  const content = new Content(sizeBytes);
  content.sha256();
  const rows = [];
  for (const pauseMs of [0, SLOW_PAUSE_MS]) {
    const server = await startSluice();
    try {
      rows.push(await measureCrowd(server, content, pauseMs));
    } finally {
      await server.stop();
    }
  }
  const head = ["", "MB/s", "isolate, held MB", "with garbage", "workerd peak MB", "above idle"];
  say(`\n${UPLOADS} uploads of ${sizeBytes / MIB} MiB at once, each in one PUT\n\n${table(head, rows)}\n`);
  say("The isolate is Sluice's, heap and buffers; the R2 stand-in has its own, in the same process.\n");
}

async function measureCrowd(server: SluiceServer, content: Content, pauseMs: number): Promise<string[]> {
  const { memory, idleBytes } = measured(server);
  const target = (await inspectors(server.pids)).get(WORKER);
  if (target === undefined) throw new Error("the Worker's inspector was not found");
  const inspector = await Inspector.open(target);
  const watching = new AbortController();
  const watched = watchHeap(inspector, watching.signal);

  const startedAt = performance.now();
  await Promise.all(Array.from({ length: UPLOADS }, () => uploadOne(server, content, pauseMs)));
  const ms = performance.now() - startedAt;
  watching.abort();
  const { seenBytes, heldBytes } = await watched;
  inspector.close();
  const peakBytes = memory.takePeak();
  memory.stop();
  return [
    pauseMs === 0 ? "fast" : `slow (64 KiB every ${pauseMs} ms)`,
    fixed((UPLOADS * content.sizeBytes) / ms / 1000, 1),
    ...[heldBytes, seenBytes, peakBytes, peakBytes - idleBytes].map(megabytes),
  ];
}

/** The most that was seen in the isolate, and the most of it that was referred to. */
async function watchHeap(inspector: Inspector, signal: AbortSignal): Promise<{ seenBytes: number; heldBytes: number }> {
  let [seenBytes, heldBytes] = [0, 0];
  for (let look = 1; !signal.aborted; look++) {
    seenBytes = Math.max(seenBytes, await inspector.isolateBytes());
    if (look % LOOKS_PER_SNAPSHOT === 0) {
      heldBytes = Math.max(heldBytes, await inspector.heldBytes());
    }
    await sleep(LOOK_MS);
  }
  return { seenBytes, heldBytes };
}

async function uploadOne(server: SluiceServer, content: Content, pauseMs: number): Promise<void> {
  const agent = connections();
  const { id, upload_url: url } = await openUpload(server, agent, content.sizeBytes);
  const body = pauseMs === 0 ? content.pieces(0, content.sizeBytes) : small(content);
  const pause = pauseMs === 0 ? {} : { pause: () => sleep(pauseMs) };
  await expecting([200], exchange(agent, { method: "PUT", url, body, ...pause }));
  if ((await storedDigest(server, agent, id)) !== content.sha256()) throw new Error("stored other bytes");
  await removeUpload(server, agent, id);
  agent.destroy();
}

function small(content: Content): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.sizeBytes; at += PIECE_BYTES) pieces.push(content.slice(at, Math.min(at + PIECE_BYTES, content.sizeBytes)));
  return pieces;
}
