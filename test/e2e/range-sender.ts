import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One of a swarm: sends its ranges in the order given, each until it is heard. URL PATH AUTHORIZATION START-END… (END exclusive). */
const [url = "", path = "", authorization = "", ...ranges] = process.argv.slice(2);
const bytes = readFileSync(path);
const ATTEMPTS = 40;

type Heard = { status: number; text: string } | null;

async function send(start: number, end: number): Promise<Heard> {
  try {
    const reply = await fetch(url, {
      method: "PUT",
      redirect: "manual",
      headers: { Authorization: authorization, "Content-Range": `bytes ${start}-${end - 1}/${bytes.byteLength}` },
      body: bytes.subarray(start, end),
    });
    const text = await reply.text();
    return reply.status >= 500 ? null : { status: reply.status, text };
  } catch {
    return null;
  }
}

let attempts = 0;
const statuses: number[] = [];
const codes: string[] = [];
for (const range of ranges) {
  const [start = 0, end = 0] = range.split("-").map(Number);
  let heard: Heard = null;
  for (let attempt = 0; heard === null && attempt < ATTEMPTS; attempt += 1) {
    attempts += 1;
    heard = await send(start, end);
    if (heard === null) await sleep(50);
  }
  if (heard === null) throw new Error(`nobody heard ${range}`);
  statuses.push(heard.status);
  if (heard.status >= 400) codes.push(String(Reflect.get(Object(JSON.parse(heard.text)), "code")));
}
process.stdout.write(JSON.stringify({ attempts, statuses, codes }));
