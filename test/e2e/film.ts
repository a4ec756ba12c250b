import { createCipheriv, createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Film = { readonly name: string; readonly bytes: Buffer<ArrayBuffer>; readonly sha256: string };

/** An MP4's first box, so that the film is taken for what it is. */
const FILE_TYPE = Buffer.from("\0\0\0\u0018ftypisom\0\0\u0002\0isomiso2", "latin1");

/** A film that no two seeds share, the same in every run: a key stream behind an MP4's first box. */
export function aFilm(seed: string, length: number): Film {
  const key = createHash("sha256").update(seed).digest();
  const bytes = Buffer.alloc(length);
  createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(bytes).copy(bytes);
  FILE_TYPE.copy(bytes);
  return { name: `${seed}.mp4`, bytes, sha256: sha256Of(bytes) };
}

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The film as a file, for programs that read one; `remove` takes it away. */
export function onDisk(film: Film): { readonly path: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "sluice-film-"));
  const path = join(directory, film.name);
  writeFileSync(path, film.bytes);
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** In an order of its own, the same for the same seed. */
export function shuffled<T>(items: readonly T[], seed: string): T[] {
  const order = createHash("sha512").update(seed).digest();
  return items
    .map((item, at) => ({ item, rank: order.readUInt32BE((at * 4) % 64) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
