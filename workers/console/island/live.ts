import { backoffMs, nextPollMs, POLL_FIRST_MS } from "./backoff.ts";
import { fieldsOf, numberIn, parsedJson, textIn } from "./fields.ts";
import { eventReader, type StreamEvent } from "./sse.ts";

export type LivePorts = {
  /** The event stream; null when nobody answers. */
  readonly stream: (signal: AbortSignal) => Promise<Response | null>;
  /** Reads the lists again, and says whether they had changed. */
  readonly refresh: () => Promise<boolean>;
  readonly progress: (uploadId: string, offset: number) => void;
  readonly isVisible: () => boolean;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly chance: () => number;
};

/** Keeps the lists current until it is aborted: by the event stream, or by asking where there is none. */
export async function stayCurrent(ports: LivePorts, signal: AbortSignal): Promise<void> {
  let attempt = 0;
  while (!signal.aborted) {
    const reply = await ports.stream(signal).catch(() => null);
    if (signal.aborted) return;
    if (reply !== null && isStream(reply)) {
      await ports.refresh();
      if (await readAll(reply, ports)) attempt = 0;
    } else if (reply !== null && reply.status < 500) {
      return pollUntil(ports, signal);
    }
    attempt += 1;
    await ports.sleep(backoffMs(attempt, ports.chance()), signal);
  }
}

const isStream = ({ ok, headers }: Response): boolean => ok && headers.get("Content-Type")?.startsWith("text/event-stream") === true;

async function pollUntil(ports: LivePorts, signal: AbortSignal): Promise<void> {
  for (let pause = POLL_FIRST_MS; !signal.aborted;) {
    await ports.sleep(pause, signal);
    if (signal.aborted) return;
    pause = nextPollMs(pause, ports.isVisible() && (await ports.refresh()));
  }
}

/** Until the stream ends, however it does; whether anything came. */
async function readAll({ body }: Response, ports: LivePorts): Promise<boolean> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const read = eventReader();
  let any = false;
  try {
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
      const events = read(piece.value);
      any ||= events.length > 0;
      const news = events.filter((event) => !isProgress(event, ports));
      if (news.length > 0) await ports.refresh();
    }
  } catch {
    return any;
  }
  return any;
}

function isProgress({ type, data }: StreamEvent, ports: LivePorts): boolean {
  if (type !== "upload.progress") return false;
  const fields = fieldsOf(parsedJson(data));
  const [id, offset] = fields === null ? [null, null] : [textIn(fields, "upload_id"), numberIn(fields, "offset")];
  if (id !== null && offset !== null) ports.progress(id, offset);
  return true;
}
