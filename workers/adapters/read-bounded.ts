/** At most `maxBytes` of a reply, as text; the rest is left. */
export async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return "";
  const reader = body.getReader();
  const text = new TextDecoder();
  let read = "";
  let room = maxBytes;
  while (room > 0) {
    const chunk = await reader.read();
    if (chunk.done) break;
    read += text.decode(chunk.value.subarray(0, room), { stream: true });
    room -= Math.min(room, chunk.value.byteLength);
  }
  // A peer that goes on sending is none of our business.
  await reader.cancel().catch(() => undefined);
  return read + text.decode();
}
