import { BodyCut } from "#test/world/youtube/body.ts";
import { QUANTUM, type Receiver } from "./uploading.ts";

export type Pouring = {
  /** Where the body's first byte belongs. */
  readonly first: number;
  /** Where what is kept of it ends. */
  readonly until: number;
  /** Breaks the connection off when so many bytes have come. */
  readonly breakAfter: number;
  breakOff(): void;
};

/** `end` is where the body ended; `rest` what is left of it after the last whole quantum. */
export type Poured = { readonly end: number; readonly cut: boolean; readonly rest: Buffer; readonly restAt: number };

/** Pours a body into a session, a quantum at a time, so that what a cut leaves is a multiple of it. */
export async function pour(
  body: AsyncIterable<Buffer>,
  receiver: Receiver,
  { first, until, breakAfter, breakOff }: Pouring,
): Promise<Poured> {
  let end = first;
  let cut = false;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let heldAt = first;

  const take = (chunk: Buffer): void => {
    const kept = chunk.subarray(0, Math.max(0, until - end));
    end += chunk.byteLength;
    if (kept.byteLength === 0) return;
    held.push(kept);
    heldBytes += kept.byteLength;
    const whole = Math.floor((heldAt + heldBytes) / QUANTUM) * QUANTUM - heldAt;
    if (whole <= 0) return;
    const all = Buffer.concat(held);
    receiver.append(heldAt, all.subarray(0, whole));
    heldAt += whole;
    heldBytes -= whole;
    held = heldBytes === 0 ? [] : [all.subarray(whole)];
  };

  try {
    for await (const chunk of body) {
      const room = breakAfter - (end - first);
      take(chunk.subarray(0, Math.min(chunk.byteLength, room)));
      if (chunk.byteLength < room) continue;
      cut = true;
      breakOff();
      break;
    }
    if (!cut && breakAfter < Infinity) {
      cut = true;
      breakOff();
    }
  } catch (cause) {
    if (!(cause instanceof BodyCut)) throw cause;
    cut = true;
  }
  return { end, cut, rest: Buffer.concat(held), restAt: heldAt };
}
