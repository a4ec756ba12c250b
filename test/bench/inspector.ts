import { z } from "zod";
import { listeningPorts } from "./processes.ts";

const targetsSchema = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const replySchema = z.object({
  id: z.int().optional(),
  result: z.looseObject({}).optional(),
  error: z.object({ message: z.string() }).optional(),
  params: z.looseObject({ chunk: z.string().optional() }).optional(),
});
const snapshotSchema = z.looseObject({
  snapshot: z.looseObject({ meta: z.looseObject({ node_fields: z.array(z.string()) }) }),
  nodes: z.array(z.number()),
});
const heapSchema = z.looseObject({ usedSize: z.number(), backingStorageSize: z.number() });

const SAMPLE_US = 500;
const ANSWER_MS = 30_000;

/** The isolate of the Worker that is measured. The others are the stand-ins of R2, D1 and so on, by miniflare's names. */
export const WORKER = "worker";
/** What wrangler's inspector lets in. */
const ORIGIN = "http://localhost";

/**
 * The inspectors of the isolates of these workerd processes. Wrangler holds the Worker's own, which takes one client only, and
 * passes on what its inspector hears.
 */
export async function inspectors(pids: readonly number[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const port of listeningPorts(pids)) {
    try {
      const reply = await fetch(`http://127.0.0.1:${port}/json/list`, { signal: AbortSignal.timeout(2_000) });
      const targets = targetsSchema.safeParse(await reply.json());
      for (const { id, webSocketDebuggerUrl: url } of targets.success ? targets.data : []) {
        if (!id.startsWith("core:user:")) found.set(new URL(url).pathname === "/ws" ? WORKER : id, url);
      }
    } catch {
      // A port that speaks something else.
    }
  }
  return found;
}

/** One isolate through the DevTools protocol. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<object>>();
  #lastId = 0;
  #snapshot: string[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const { id, result, error, params } = replySchema.parse(JSON.parse(String(data)));
      if (params?.chunk !== undefined) this.#snapshot.push(params.chunk);
      const waiting = id === undefined ? undefined : this.#waiting.get(id);
      if (error === undefined) waiting?.resolve(result ?? {});
      else waiting?.reject(new Error(error.message));
    });
  }

  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url, { headers: { origin: ORIGIN } });
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error(`no inspector at ${url}`)), { once: true });
    });
    return new Inspector(socket);
  }

  /** What is referred to: everything in a snapshot, which collects garbage first and has the array buffers in it. */
  async heldBytes(): Promise<number> {
    this.#snapshot = [];
    await this.#ask("HeapProfiler.takeHeapSnapshot");
    const { snapshot, nodes } = snapshotSchema.parse(JSON.parse(this.#snapshot.join("")));
    this.#snapshot = [];
    const fields = snapshot.meta.node_fields;
    let held = 0;
    for (let size = fields.indexOf("self_size"); size < nodes.length; size += fields.length) held += nodes[size] ?? 0;
    return held;
  }

  /** JavaScript's heap and the array buffers beside it. */
  async isolateBytes(): Promise<number> {
    const { usedSize, backingStorageSize } = heapSchema.parse(await this.#ask("Runtime.getHeapUsage"));
    return usedSize + backingStorageSize;
  }

  async startProfile(): Promise<void> {
    await this.#ask("Profiler.enable");
    await this.#ask("Profiler.setSamplingInterval", { interval: SAMPLE_US });
    await this.#ask("Profiler.start");
  }

  /** As Chrome's DevTools read it from a `.cpuprofile` file. */
  async takeProfile(): Promise<object> {
    const { profile } = z.object({ profile: z.looseObject({}) }).parse(await this.#ask("Profiler.stop"));
    return profile;
  }

  close(): void {
    this.#socket.close();
  }

  #ask(method: string, params: object = {}): Promise<object> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<object>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const late = setTimeout(() => waiting.reject(new Error(`the inspector did not answer ${method}`)), ANSWER_MS);
    return waiting.promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(id);
    });
  }
}
