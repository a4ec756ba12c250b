/**
 * What a read asks for. The stream takes the buffer away while a read is pending, so that a takeover could not save what lies in
 * it: received bytes are copied out into blocks at once. `readAtLeast` would spare calls and lose bytes when a body is cut.
 */
export const READ_BYTES = 64 * 1024;

/** What is read of a refused body, so that its sender comes to read the refusal: no request's body is larger. */
const MOST_BYTES = 100_000_000;

export async function drainBody(body: ReadableStream<Uint8Array> | null, ms: number): Promise<void> {
  if (body !== null) await drainReader(body.getReader({ mode: "byob" }), ms);
}

/** Reads on and forgets, until the body ends or `ms` milliseconds have passed. */
export async function drainReader(reader: ReadableStreamBYOBReader, ms: number): Promise<void> {
  let left = MOST_BYTES;
  const late = setTimeout(() => void reader.cancel("refused").catch(() => undefined), ms);
  try {
    let scratch = new Uint8Array(READ_BYTES);
    while (left > 0) {
      const read: ReadableStreamReadResult<Uint8Array<ArrayBuffer>> = await reader.read(scratch);
      if (read.done || read.value === undefined) return;
      left -= read.value.length;
      scratch = new Uint8Array(read.value.buffer);
    }
    await reader.cancel("refused");
  } catch {
    // The sender has gone: nobody is left to read the answer.
  } finally {
    clearTimeout(late);
  }
}
