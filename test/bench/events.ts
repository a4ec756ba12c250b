import type { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions } from "./arguments.ts";
import { openUpload, removeUpload } from "./cases/sluice-api.ts";
import { Content } from "./content.ts";
import { type Arrival, type Ear } from "./events/ear.ts";
import { storedRows, type RowCounts } from "./events/stored-rows.ts";
import { streamEar } from "./events/stream-ear.ts";
import { webhookEar } from "./events/webhook-ear.ts";
import { connections, exchange, expecting } from "./exchange.ts";
import { cpuSeconds } from "./processes.ts";
import { type SluiceServer, startSluice } from "./servers/sluice.ts";
import { fixed, quantile, table } from "./table.ts";

const WHOLE_UPLOADS = 40;
const WITHDRAWN_UPLOADS = 200;
const FEW_AT_ONCE = 4;
const MANY_AT_ONCE = 16;
const LISTENERS = 200;
const LISTENED_TO = 100;
/** As long as nothing comes, nothing is expected any more. */
const QUIET_MS = 3_000;
const LATEST_MS = 90_000;

/** From what happens to who hears of it: how many a second, how late, and what it costs. */
export async function benchEvents({ sizeBytes }: BenchOptions, say: (text: string) => void): Promise<void> {
  const server = await startSluice();
  const agent = connections();
  try {
    const content = new Content(sizeBytes);
    const stream = await streamEar(server);
    const webhook = await webhookEar(server);
    const ears = webhook === null ? [stream] : [stream, webhook];
    // What is compiled at first use is compiled.
    await withdrawSome(server, agent, 20, FEW_AT_ONCE);
    await quiet(ears);

    say(`\nLate by, milliseconds from the event's own time to its arrival\n\n`);
    const before = storedRows(server.stateDir);
    const one = await measure(ears, () => storeSome(server, agent, content));
    const rows = storedRows(server.stateDir);
    const from = stream.lastCursor();
    const few = await measure(ears, () => withdrawSome(server, agent, WITHDRAWN_UPLOADS, FEW_AT_ONCE));
    const many = await measure(ears, () => withdrawSome(server, agent, WITHDRAWN_UPLOADS, MANY_AT_ONCE));
    const head = ["", "to", "events", "events/s", "p50", "p95", "last"];
    const lines = [
      ...rowsOf("one upload after the other", one),
      ...rowsOf(`${FEW_AT_ONCE} at once`, few),
      ...rowsOf(`${MANY_AT_ONCE} at once`, many),
    ];
    say(`${table(head, lines)}\n`);
    if (webhook === null) say("This Sluice has no webhooks.\n");
    await Promise.all(ears.map((ear) => ear.stop()));

    say(`\nRows in D1 for a stored upload: ${perUpload(before, rows)}\n`);
    say(`\n${await replay(server, from, WITHDRAWN_UPLOADS * 4)}\n`);
    say(`\n${await crowd(server, agent)}\n`);
  } finally {
    agent.destroy();
    await server.stop();
  }
}

type Heard = { readonly ear: string; readonly arrivals: readonly Arrival[]; readonly ms: number };

/** What each ear has heard of what happened meanwhile, once all have heard it. */
async function measure(ears: readonly Ear[], happen: () => Promise<void>): Promise<Heard[]> {
  const known = ears.map((ear) => new Set(ear.arrivals.keys()));
  const startedAt = Date.now();
  await happen();
  await quiet(ears);
  return ears.map((ear, index) => {
    const arrivals = [...ear.arrivals].filter(([id]) => !known[index]?.has(id)).map(([, arrival]) => arrival);
    return { ear: ear.name, arrivals, ms: Math.max(...arrivals.map(({ at }) => at)) - startedAt };
  });
}

/** Until every ear has heard as much as the others, and nothing more comes. */
async function quiet(ears: readonly Ear[]): Promise<void> {
  const deadline = Date.now() + LATEST_MS;
  const heard = (): number[] => ears.map(({ arrivals }) => arrivals.size);
  for (let before: number[] = []; Date.now() < deadline; before = heard()) {
    await sleep(QUIET_MS);
    const now = heard();
    if (before.length === now.length && now.join() === before.join() && new Set(now).size <= 1) return;
  }
  throw new Error(`the ears have not heard the same after ${LATEST_MS / 1000} s: ${heard().join(", ")}`);
}

const lateness = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ at, happenedAt }) => at - happenedAt);

const rowsOf = (name: string, heard: readonly Heard[]): string[][] =>
  heard.map(({ ear, arrivals, ms }) => {
    const late = lateness(arrivals);
    return [
      name,
      ear,
      String(arrivals.length),
      fixed((arrivals.length * 1000) / ms, 0),
      ...[0.5, 0.95, 1].map((q) => fixed(quantile(late, q), 0)),
    ];
  });

async function storeSome(server: SluiceServer, agent: Agent, content: Content): Promise<void> {
  for (let index = 0; index < WHOLE_UPLOADS; index++) {
    const { upload_url: url } = await openUpload(server, agent, content.sizeBytes);
    await expecting([200], exchange(agent, { method: "PUT", url, body: content.pieces(0, content.sizeBytes) }));
  }
}

/** The cheapest way to make things happen: uploads that are opened and withdrawn. */
async function withdrawSome(server: SluiceServer, agent: Agent, count: number, atOnce: number): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await removeUpload(server, agent, (await openUpload(server, agent, 1_000)).id);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function perUpload(before: RowCounts, after: RowCounts): string {
  const tables = ["uploads", "assets", "events", "idempotency_keys"] as const;
  const each = tables.map((name) => ({ name, rows: (after[name] - before[name]) / WHOLE_UPLOADS }));
  const sum = each.reduce((total, { rows }) => total + rows, 0);
  return `${fixed(sum, 2)} (${each.map(({ name, rows }) => `${name} ${fixed(rows, 2)}`).join(", ")})`;
}

/** Somebody comes back to what they have missed. */
async function replay(server: SluiceServer, from: string | null, count: number): Promise<string> {
  const startedAt = performance.now();
  const ear = await streamEar(server, from);
  const deadline = Date.now() + LATEST_MS;
  while (ear.arrivals.size < count && Date.now() < deadline) await sleep(5);
  const ms = performance.now() - startedAt;
  const missed = ear.arrivals.size;
  await ear.stop();
  return `Who comes back to ${missed} missed events has them after ${fixed(ms, 0)} ms: ${fixed((missed * 1000) / ms, 0)} a second`;
}

async function crowd(server: SluiceServer, agent: Agent): Promise<string> {
  const rows: string[][] = [];
  for (const count of [0, 1, LISTENERS]) {
    const startedAt = performance.now();
    const ears = await Promise.all(Array.from({ length: count }, () => streamEar(server)));
    const openedMs = performance.now() - startedAt;
    await quiet(ears);
    const cpuAt = cpuSeconds(server.pids);
    const heard = await measure(ears, () => withdrawSome(server, agent, LISTENED_TO / 2, FEW_AT_ONCE));
    const cpuMs = (cpuSeconds(server.pids) - cpuAt) * 1000;
    await Promise.all(ears.map((ear) => ear.stop()));
    const arrivals = heard.flatMap((each) => each.arrivals);
    const late = lateness(arrivals);
    rows.push([
      String(count),
      count === 0 ? "–" : fixed(openedMs, 0),
      String(arrivals.length),
      ...[0.5, 0.95].map((q) => fixed(count === 0 ? null : quantile(late, q), 0)),
      fixed(cpuMs / LISTENED_TO, 1),
    ]);
  }
  const head = ["listeners", "to begin, ms", "told", "late p50", "late p95", "CPU ms an event"];
  return `${LISTENED_TO} events told to nobody, to one, and to ${LISTENERS}\n\n${table(head, rows)}`;
}
