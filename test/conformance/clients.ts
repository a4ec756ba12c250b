import { createHash } from "node:crypto";
import { IdempotencyStrategy, Storage } from "@google-cloud/storage";
import { Upload, type UploadOptions } from "tus-js-client";
import { expect } from "vitest";
import { bytesOf, patternOf } from "./speaker.ts";

export type ClientScenario = { readonly name: string; readonly uploads: (url: string, apiKey: string) => Promise<void> };

const KIB_256 = 256 * 1024;
const FILE = Buffer.from(patternOf(3 * KIB_256 + 17));
const EMPTY = Buffer.alloc(0);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function tusUpload(url: string, apiKey: string, options: Partial<UploadOptions>, file = FILE): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `${url}/files`,
      headers: { Authorization: `Bearer ${apiKey}` },
      metadata: { filename: "movie.mp4", sha256: sha256(file) },
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ""),
      ...options,
    });
    upload.start();
  });
}

/** What the upload holds, as Google's protocol reports it: whichever dialect the bytes came in. */
async function expectStored(location: string, apiKey: string, file = FILE): Promise<void> {
  const receipt = await fetch(location, { method: "PUT", headers: { Authorization: `Bearer ${apiKey}`, "Content-Range": "bytes */*" } });
  expect(receipt.status).toBe(200);
  expect(await receipt.json()).toMatchObject({ size: file.byteLength, sha256: sha256(file) });
}

const tus = (name: string, options: Partial<UploadOptions>, file = FILE): ClientScenario => ({
  name: `tus-js-client ${name}`,
  async uploads(url, apiKey) {
    await expectStored(await tusUpload(url, apiKey, options, file), apiKey, file);
  },
});

/** The client's types leave out `protocol`. */
const speaking = (protocol: string, options: Partial<UploadOptions> = {}): Partial<UploadOptions> & { protocol: string } => ({
  ...options,
  protocol,
});

const google = (
  name: string,
  options: { chunkSize?: number; validation?: "md5" | "crc32c" | false; length?: boolean },
  file = FILE,
): ClientScenario => ({
  name: `@google-cloud/storage ${name}`,
  // Sends no Authorization to an endpoint that is not Google's: what it may, the application says.
  async uploads(url) {
    const storage = new Storage({
      apiEndpoint: url,
      projectId: "p",
      retryOptions: { autoRetry: false, idempotencyStrategy: IdempotencyStrategy.RetryAlways },
    });
    const object = storage.bucket("media").file(`films/${crypto.randomUUID()}.mp4`);
    const { length, ...more } = options;
    await new Promise<void>((resolve, reject) => {
      const stream = object.createWriteStream({
        resumable: true,
        ...more,
        metadata: { contentType: "video/mp4", ...(length === true && { contentLength: file.byteLength }) },
      });
      stream.on("error", reject).on("finish", resolve);
      stream.end(file);
    });
    expect(object.metadata).toMatchObject({ size: file.byteLength, sha256: sha256(file) });
  },
});

/** Clients that nobody here wrote, each in the ways in which it can upload. */
export const scenarios: readonly ClientScenario[] = [
  tus("in one request", {}),
  tus("in chunks", { chunkSize: KIB_256 }),
  tus("with a deferred length", { chunkSize: KIB_256, uploadLengthDeferred: true, uploadSize: null }),
  tus("with its first bytes in the creation", { chunkSize: KIB_256, uploadDataDuringCreation: true }),
  tus("without PATCH", { chunkSize: KIB_256, overridePatchMethod: true }),
  tus("in three parallel uploads", { parallelUploads: 3 }),
  tus("of nothing", {}, EMPTY),
  ...(["ietf-draft-05", "ietf-draft-03"] as const).flatMap((protocol) => [
    tus(`with ${protocol}`, speaking(protocol)),
    tus(`with ${protocol} in chunks`, speaking(protocol, { chunkSize: KIB_256 })),
    tus(`with ${protocol} and its first bytes in the creation`, speaking(protocol, { chunkSize: KIB_256, uploadDataDuringCreation: true })),
    tus(`with ${protocol} without PATCH`, speaking(protocol, { chunkSize: KIB_256, overridePatchMethod: true })),
    tus(`with ${protocol} of nothing`, speaking(protocol), EMPTY),
  ]),
  google("in one request", {}),
  google("in one request of known length", { length: true }),
  google("in chunks", { chunkSize: KIB_256 }),
  google("in chunks of known length", { chunkSize: KIB_256, length: true }),
  google("in chunks that end at the last byte", { chunkSize: KIB_256 }, FILE.subarray(0, 2 * KIB_256)),
  google("with md5", { chunkSize: KIB_256, validation: "md5" }),
  google("of nothing", { chunkSize: KIB_256 }, EMPTY),
  google("of a few bytes", {}, Buffer.from(bytesOf("hello"))),
];
