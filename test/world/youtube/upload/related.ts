import { err, ok, type Result } from "#domain/result.ts";

const MAX_METADATA_BYTES = 1024 * 1024;
const MALFORMED = { code: "malformed" } as const;
const BREAK = Buffer.from("\r\n\r\n");

export type Related = {
  readonly metadata: string;
  readonly mediaType: string;
  /** Ends with the closing boundary; throws `Unclosed` when there is none. */
  readonly media: AsyncIterable<Buffer>;
};

/** The media part of a body broke off before its closing boundary. */
export class Unclosed extends Error {
  override readonly name = "Unclosed";
}

export const boundaryOf = (contentType: string | undefined): string | null =>
  /^multipart\/related\s*;(?:.*;)?\s*boundary="?([^";\s]{1,70})"?/i.exec(contentType ?? "")?.[1] ?? null;

/** RFC 2387, as Google's clients write it: a JSON part and a media part, of which only the first is held in memory. */
export async function parseRelated(body: AsyncIterable<Buffer>, boundary: string): Promise<Result<Related, typeof MALFORMED>> {
  const source = body[Symbol.asyncIterator]();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let held: Buffer = Buffer.from("\r\n");

  const more = async (): Promise<boolean> => {
    const { done, value } = await source.next();
    if (done === true) return false;
    held = Buffer.concat([held, value]);
    return true;
  };
  const upTo = async (mark: Buffer): Promise<Buffer | null> => {
    for (let at = held.indexOf(mark); ; at = held.indexOf(mark)) {
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + mark.byteLength);
        return before;
      }
      if (held.byteLength > MAX_METADATA_BYTES || !(await more())) return null;
    }
  };

  if ((await upTo(delimiter)) === null || (await upTo(BREAK)) === null) return err(MALFORMED);
  const metadata = await upTo(delimiter);
  const head = metadata === null ? null : await upTo(BREAK);
  if (metadata === null || head === null) return err(MALFORMED);
  const mediaType = /^content-type:\s*([^\r\n;]+)/im.exec(head.toString("latin1"))?.[1]?.trim() ?? "application/octet-stream";
  return ok({ metadata: metadata.toString("utf8"), mediaType, media: mediaOf(source, held, delimiter) });
}

async function* mediaOf(source: AsyncIterator<Buffer>, first: Buffer, delimiter: Buffer): AsyncGenerator<Buffer> {
  let held = first;
  for (;;) {
    const at = held.indexOf(delimiter);
    if (at >= 0) {
      if (at > 0) yield held.subarray(0, at);
      // What follows the closing boundary is nobody's, but has to be read.
      while ((await source.next()).done !== true);
      return;
    }
    const safe = held.byteLength - delimiter.byteLength;
    if (safe > 0) {
      yield held.subarray(0, safe);
      held = held.subarray(safe);
    }
    const { done, value } = await source.next();
    if (done === true) throw new Unclosed();
    held = Buffer.concat([held, value]);
  }
}
