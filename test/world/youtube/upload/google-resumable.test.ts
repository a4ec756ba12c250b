import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { IdempotencyStrategy, Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bytesOf, sha256, TestYouTube } from "#test/world/youtube/testing.ts";
import { KIB256 } from "./testing.ts";

const BYTES = bytesOf(5 * KIB256 + 77);

let world: TestYouTube;
let token: string;

beforeEach(async () => {
  world = new TestYouTube();
  await world.start();
  token = (await world.grant()).accessToken;
});

afterEach(() => world.remove());

/** Google's own resumable client, given the address of a session that is open. */
const uploadTo = (uri: string, options: { chunkSize?: number; offset?: number; isPartialUpload?: boolean } = {}, bytes = BYTES) => {
  const storage = new Storage({
    apiEndpoint: world.url,
    projectId: "p",
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways, maxRetries: 3, retryDelayMultiplier: 1, maxRetryDelay: 0.05 },
  });
  const sink = storage
    .bucket("b")
    .file("f")
    .createWriteStream({ uri, resumable: true, validation: false, ...options });
  return pipeline(Readable.from([bytes]), sink);
};

const expectTheVideo = () =>
  expect(world.state()).toMatchObject({ inserts: 1, videos: [{ size: BYTES.byteLength, sha256: sha256(BYTES) }] });
const uploads = () => world.log.filter(({ operation }) => operation === "upload" || operation === "upload.query");

test("a stream of unknown length arrives in chunks", async () => {
  await uploadTo(await world.session(token), { chunkSize: 2 * KIB256 });
  expectTheVideo();
  expect(uploads().map(({ content_range: range, status }) => [range, status])).toEqual([
    ["bytes */*", 308],
    [`bytes 0-${2 * KIB256 - 1}/*`, 308],
    [`bytes ${2 * KIB256}-${4 * KIB256 - 1}/*`, 308],
    [`bytes ${4 * KIB256}-${BYTES.byteLength - 1}/${BYTES.byteLength}`, 200],
  ]);
});

test("a stream arrives in one", async () => {
  await uploadTo(await world.session(token));
  expectTheVideo();
});

test("it goes on after a 503 and after a range that is shorter than what it sent", async () => {
  world.fault({ peer: "youtube", operation: "upload", kind: "status", status: 503 });
  world.fault({ peer: "youtube", operation: "upload", kind: "short_range", after_bytes: KIB256 });
  await uploadTo(await world.session(token), { chunkSize: 2 * KIB256 });
  expectTheVideo();
  expect(uploads().map(({ status }) => status)).toContain(503);
  expect(uploads().map(({ range }) => range)).toContain(`bytes=0-${KIB256 - 1}`);
});

test("another goes on where it stopped", async () => {
  const uri = await world.session(token);
  await uploadTo(uri, { chunkSize: 2 * KIB256, isPartialUpload: true }, BYTES.subarray(0, 2 * KIB256));
  await uploadTo(uri, { chunkSize: 2 * KIB256, offset: 2 * KIB256 }, BYTES.subarray(2 * KIB256));
  expectTheVideo();
});
