/** Bytes of a file, half-open `[start, end)`. */
export type Span = { readonly start: number; readonly end: number };

/**
 * A reader of media that does no I/O: it yields the span that it wants and is given the bytes, fewer than it asked for where the
 * file (or what is at hand of it) ends, none where the span lies beyond.
 */
export type Reading<T> = Generator<Span, T, Uint8Array>;

/** What a reader may cost; a reader that wants more is stopped. */
export type ReadingLimits = { readonly bytes: number; readonly requests: number };

/** A field lies beyond the bytes at hand. */
export class CutShort extends Error {}

/** What is there contradicts itself. */
export class Malformed extends Error {}

/** More was asked for than this reading may cost: thrown where the reader asks, who may make do with what it has. */
export class OverLimit extends Error {}

export type FileAccess = {
  /** Of the whole file; null while that is not known. */
  readonly length: number | null;
  readonly read: (span: Span) => Promise<Uint8Array>;
};

/** Runs `reading` on the first bytes of a file alone. Ends within the limits or throws. */
export function readAtHand<T>(reading: Reading<T>, head: Uint8Array, limits: ReadingLimits): T {
  const count = counter(limits);
  let step = reading.next();
  while (step.done !== true) {
    const { start, end } = step.value;
    const over = count(Math.min(end, head.length) - Math.min(start, head.length));
    if (over !== null) {
      step = reading.throw(over);
      continue;
    }
    step = reading.next(head.subarray(Math.min(start, head.length), Math.min(end, head.length)));
  }
  return step.value;
}

/** Small spans are read this far ahead: what is looked at next is mostly near. */
const PAGE_BYTES = 256 * 1024;

/** Runs `reading` on ranges of a stored file. */
export async function readRanges<T>(reading: Reading<T>, { length, read }: FileAccess, limits: ReadingLimits): Promise<T> {
  const count = counter(limits);
  let page = { start: 0, bytes: new Uint8Array(0) };
  let step = reading.next();
  while (step.done !== true) {
    const start = step.value.start;
    const end = Math.min(step.value.end, length ?? step.value.end);
    if (start < page.start || end > page.start + page.bytes.length) {
      const until = Math.min(Math.max(end, start + PAGE_BYTES), length ?? Number.MAX_SAFE_INTEGER);
      const over = count(Math.max(0, until - start));
      if (over !== null) {
        step = reading.throw(over);
        continue;
      }
      page = { start, bytes: start < until ? new Uint8Array(await read({ start, end: until })) : new Uint8Array(0) };
    }
    step = reading.next(page.bytes.subarray(start - page.start, Math.max(start, end) - page.start));
  }
  return step.value;
}

function counter(limits: ReadingLimits): (bytes: number) => OverLimit | null {
  let bytesLeft = limits.bytes;
  let requestsLeft = limits.requests;
  return (bytes) => {
    bytesLeft -= bytes;
    requestsLeft -= 1;
    return bytesLeft < 0 || requestsLeft < 0 ? new OverLimit("the file asks for more reading than it is worth") : null;
  };
}
