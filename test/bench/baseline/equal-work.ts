import type { ResumableDigest } from "#domain/uploads/digests.ts";

const READ_BYTES = 64 * 1024;

/** One upload: one part is gathered while the one before is on its way, both in memory. */
export class EqualWork {
  readonly #multipart: R2MultipartUpload;
  readonly #digest: ResumableDigest | null;
  readonly #parts: Promise<R2UploadedPart>[] = [];
  #filling: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(multipart: R2MultipartUpload, partBytes: number, digest: ResumableDigest | null) {
    this.#multipart = multipart;
    this.#digest = digest;
    this.#filling = new Uint8Array(partBytes);
  }

  async take(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader({ mode: "byob" });
    let scratch = new Uint8Array(READ_BYTES);
    for (;;) {
      const read: ReadableStreamReadResult<Uint8Array<ArrayBuffer>> = await reader.read(scratch);
      if (read.done || read.value === undefined) break;
      for (let rest = read.value; rest.length > 0;) {
        const taken = rest.subarray(0, this.#filling.length - this.#filled);
        this.#filling.set(taken, this.#filled);
        this.#filled += taken.length;
        rest = rest.subarray(taken.length);
        if (this.#filled === this.#filling.length) await this.#send();
      }
      scratch = new Uint8Array(read.value.buffer);
    }
    await this.#parts.at(-1);
  }

  async complete(): Promise<{ size: number; sha256: string | null }> {
    if (this.#filled > 0) await this.#send();
    const { size } = await this.#multipart.complete(await Promise.all(this.#parts));
    return { size, sha256: this.#digest?.values().sha256 ?? null };
  }

  async #send(): Promise<void> {
    const part = this.#filling.subarray(0, this.#filled);
    this.#digest?.update(part);
    await this.#parts.at(-1);
    this.#parts.push(this.#multipart.uploadPart(this.#parts.length + 1, part));
    this.#filling = new Uint8Array(this.#filling.length);
    this.#filled = 0;
  }
}
