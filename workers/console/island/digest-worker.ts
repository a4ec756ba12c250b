import { hexOf, sha256 } from "./sha256.ts";

const PIECE_BYTES = 4 * 1024 * 1024;

/** Runs beside the page: gets a file, answers with its SHA-256 as hex. What it can't read is an error of the worker. */
addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (data instanceof Blob)
    void digestOf(data).then(
      (hex) => postMessage(hex),
      (cause: unknown) => reportError(cause),
    );
});

async function digestOf(file: Blob): Promise<string> {
  const digest = sha256();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    digest.update(new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer()));
  }
  return hexOf(digest.digest());
}
