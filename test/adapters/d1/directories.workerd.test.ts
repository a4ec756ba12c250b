import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, test } from "vitest";
import { d1AssetDirectory } from "#adapters/d1/asset-directory.ts";
import { d1CreatorDirectory } from "#adapters/d1/creator-directory.ts";
import { d1KeyDirectory } from "#adapters/d1/key-directory.ts";
import * as schema from "#adapters/d1/schema.ts";
import { d1SessionProjection } from "#adapters/d1/session-projection.ts";
import { d1UploadDirectory } from "#adapters/d1/upload-directory.ts";
import { directoryOver } from "#domain/identity/directory.ts";
import { assetDirectoryContract } from "#test/contracts/asset-directory.ts";
import { identityContract } from "#test/contracts/identity-directories.ts";
import { uploadDirectoryContract } from "#test/contracts/upload-directory.ts";
import { aProgress, newId, NOW } from "#test/fakes/builders.ts";

/** Every statement that the adapters prepare while their contracts run. */
const statements = new Set<string>();

const recording = new Proxy(env.DIRECTORY, {
  get: (database, name) => {
    if (name === "prepare") {
      return (statement: string) => {
        statements.add(statement);
        return database.prepare(statement);
      };
    }
    const member: unknown = Reflect.get(database, name);
    return typeof member === "function" ? (member.bind(database) as unknown) : member;
  },
});

const directory = directoryOver([drizzle(recording, { schema })]);

beforeEach(async () => {
  await env.DIRECTORY.batch(
    ["uploads", "assets", "idempotency_keys", "api_keys", "creators"].map((table) => env.DIRECTORY.prepare(`delete from ${table}`)),
  );
});

describe("uploads in D1", () => uploadDirectoryContract(() => d1UploadDirectory(directory)));
describe("assets in D1", () => assetDirectoryContract(() => d1AssetDirectory(directory)));
describe("identities in D1", () => identityContract(() => ({ creators: d1CreatorDirectory(directory), keys: d1KeyDirectory(directory) })));

describe("what a session tells", () => {
  const completed = () =>
    aProgress({
      status: "completed",
      finishedAt: NOW + 1,
      metadata: { camera: "B" },
      sequence: 7,
      asset: { id: newId("ast"), size: 9, contentType: "video/mp4", digests: { sha256: "cd".repeat(32) } },
    });

  test("writes asset and upload together, as often as it likes", async () => {
    const projection = d1SessionProjection(directory);
    const progress = completed();
    const record = { progress, objectKey: "media/k", etag: "e" };
    await projection.putAsset(record);
    await projection.putAsset(record);
    expect(await d1UploadDirectory(directory).find(progress.id)).toMatchObject({ status: "completed", assetId: progress.asset?.id });
    expect(await d1AssetDirectory(directory).find(progress.creatorId, progress.asset?.id ?? newId("ast"))).toMatchObject({
      state: "stored",
      asset: { uploadId: progress.id, size: 9, objectKey: "media/k", metadata: { camera: "B" }, createdAt: NOW + 1 },
    });
  });

  test("deletes the asset with the upload, and late news brings it not back", async () => {
    const projection = d1SessionProjection(directory);
    const progress = completed();
    const assetId = progress.asset?.id ?? newId("ast");
    await projection.putAsset({ progress, objectKey: "media/k", etag: "e" });
    await projection.deleteAsset({ ...progress, status: "cancelled", asset: null, sequence: 8 }, assetId, NOW + 2);
    await projection.putAsset({ progress, objectKey: "media/k", etag: "e" });
    expect(await d1AssetDirectory(directory).find(progress.creatorId, assetId)).toEqual({ state: "deleted" });
    expect(await d1UploadDirectory(directory).find(progress.id)).toMatchObject({ status: "cancelled" });
  });
});

/** Where SQLite would read a table or an index from end to end. */
async function scansOf(statement: string): Promise<string[]> {
  const parameters = Array.from(statement.matchAll(/\?/g), () => null);
  const plan = await env.DIRECTORY.prepare(`explain query plan ${statement}`)
    .bind(...parameters)
    .all<{ detail: string }>();
  return plan.results.map(({ detail }) => detail).filter((detail) => detail.startsWith("SCAN") && detail !== "SCAN CONSTANT ROW");
}

// Last: it looks at every statement that the contracts above made the adapters prepare.
test("searches an index in every query, and scans in none", async () => {
  expect(await scansOf("select id from uploads where filename = ?")).toEqual(["SCAN uploads"]);
  expect(statements.size).toBeGreaterThan(25);
  for (const statement of statements) expect(await scansOf(statement), statement).toEqual([]);
});
