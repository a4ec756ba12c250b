const DEFAULTS = { maxBytes: 16 * 1024 * 1024, maxMs: 5_000 };

/**
 * Reads and forgets what is still coming of a refused body, within bounds: proxies turn an unread body into an error of their
 * own, and the client would not get to see the refusal.
 */
export async function drainBody(request: Request, { maxBytes, maxMs }: { maxBytes: number; maxMs: number } = DEFAULTS): Promise<void> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null || request.bodyUsed || body.locked) return;
  const reader = body.getReader();
  const deadline = AbortSignal.timeout(maxMs);
  const late = new Promise<"late">((resolve) => {
    deadline.addEventListener("abort", () => resolve("late"), { once: true });
  });
  try {
    for (let left = maxBytes; left > 0;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === "late" || read.done) break;
      left -= read.value.byteLength;
    }
  } catch {
    // The sender has gone; nobody is left to read the answer.
  }
  await reader.cancel().catch(() => undefined);
}
