import { crc32 } from "hash-wasm";
import { expect } from "vitest";
import { z } from "zod";
import type { LaunchedWorld } from "#test/world/launch.ts";
import { type Film, sha256Of } from "./film.ts";

/** Castagnoli's polynomial, reflected. */
const CRC32C = 0x82f6_3b78;

const uploadSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  status: z.string(),
  filename: z.string(),
  length: z.int().nullable(),
  offset: z.int(),
  asset_id: z.string().nullable(),
  failure_code: z.string().nullable(),
  expires_at: z.iso.datetime(),
});

const viewSchema = uploadSchema.extend({
  stored_bytes: z.int(),
  part_bytes: z.int(),
  ranges: z.array(z.object({ start: z.int(), end: z.int() })),
});

const openedSchema = uploadSchema.extend({ upload_url: z.url(), part_bytes: z.int() });
const assetSchema = z.looseObject({ id: z.string(), size: z.int(), content_type: z.string(), sha256: z.string(), crc32c: z.string() });
const listOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const keySchema = z.object({ id: z.string(), key: z.string() });

export type Upload = z.infer<typeof uploadSchema>;
export type UploadView = z.infer<typeof viewSchema>;
export type Asset = z.infer<typeof assetSchema>;

/** What a completed upload tells its sender in the dialects of Content-Range. */
export const receiptSchema = z.looseObject({ id: z.string(), status: z.literal("completed"), size: z.int(), sha256: z.string() });

export const problemSchema = z.looseObject({ code: z.string(), status: z.int(), retryable: z.boolean(), request_id: z.string() });

export type Sent = { readonly headers?: Readonly<Record<string, string>>; readonly body?: Uint8Array<ArrayBuffer> | string };

/** Somebody who owns uploads, and what they see through the API. */
export interface Creator {
  readonly id: string;
  readonly key: { readonly id: string; readonly key: string };
  readonly authorization: string;
  send(method: string, pathOrUrl: string, init?: Sent): Promise<Response>;
  sendJson(method: string, path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  open(draft: Record<string, unknown>): Promise<z.infer<typeof openedSchema>>;
  newHandle(uploadId: string): Promise<string>;
  upload(id: string): Promise<UploadView>;
  uploads(): Promise<Upload[]>;
  asset(id: string): Promise<Asset>;
  assets(): Promise<Asset[]>;
}

/** A creator of their own for each test: what others do doesn't show. */
export async function newCreator(world: LaunchedWorld, name: string): Promise<Creator> {
  const { id } = z.object({ id: z.string() }).parse(await asOperator(world, "POST", "/v1/operator/creators", { name }));
  return creatorWithKey(world, id);
}

/** The creator whom the application calls `externalId`; with the application's default name, everybody whom it lets in unnamed. */
export async function creatorOfApplication(world: LaunchedWorld, externalId = "default"): Promise<Creator> {
  const { data } = listOf(z.looseObject({ id: z.string(), external_id: z.string().nullable() })).parse(
    await asOperator(world, "GET", "/v1/operator/creators"),
  );
  const known = data.find((creator) => creator.external_id === externalId);
  if (known === undefined) throw new Error(`no creator is called ${externalId}`);
  return creatorWithKey(world, known.id);
}

export async function asOperator(world: LaunchedWorld, method: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await fetch(`${world.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${world.operatorKey}`, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`);
  return JSON.parse(text);
}

async function creatorWithKey(world: LaunchedWorld, id: string): Promise<Creator> {
  const key = keySchema.parse(await asOperator(world, "POST", `/v1/operator/creators/${id}/keys`, { name: "e2e" }));
  const authorization = `Bearer ${key.key}`;

  const send: Creator["send"] = (method, pathOrUrl, { headers = {}, body } = {}) =>
    fetch(new URL(pathOrUrl, world.url), {
      method,
      redirect: "manual",
      headers: { Authorization: authorization, ...headers },
      ...(body !== undefined && { body }),
    });
  const sendJson: Creator["sendJson"] = (method, path, body, headers = {}) =>
    send(method, path, { headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
  const read = async <T>(schema: z.ZodType<T>, reply: Promise<Response>): Promise<T> => {
    const { ok, status, url, ...answer } = await textOf(await reply);
    if (!ok) throw new Error(`${url} answered ${status}: ${answer.text}`);
    return schema.parse(JSON.parse(answer.text));
  };

  return {
    id,
    key,
    authorization,
    send,
    sendJson,
    open: (draft) => read(openedSchema, sendJson("POST", "/v1/uploads", draft)),
    newHandle: async (uploadId) => (await read(openedSchema, send("POST", `/v1/uploads/${uploadId}/handle`))).upload_url,
    upload: (uploadId) => read(viewSchema, send("GET", `/v1/uploads/${uploadId}`)),
    uploads: async () => (await read(listOf(uploadSchema), send("GET", "/v1/uploads"))).data,
    asset: (assetId) => read(assetSchema, send("GET", `/v1/assets/${assetId}`)),
    assets: async () => (await read(listOf(assetSchema), send("GET", "/v1/assets"))).data,
  };
}

async function textOf(reply: Response): Promise<{ ok: boolean; status: number; url: string; text: string }> {
  return { ok: reply.ok, status: reply.status, url: reply.url, text: await reply.text() };
}

/** `<upload id>.<secret>` is the last segment of an upload's URL. */
export const uploadIdIn = (uploadUrl: string): string => new URL(uploadUrl).pathname.split("/").at(-1)?.split(".")[0] ?? "";

/** That the upload has become the asset which the film is: by its digests, and by every byte that can be read back. */
export async function expectStored(creator: Creator, uploadId: string, film: Film): Promise<Asset> {
  const upload = await creator.upload(uploadId);
  expect(upload).toMatchObject({ status: "completed", offset: film.bytes.byteLength, length: film.bytes.byteLength });
  const asset = await creator.asset(upload.asset_id ?? "");
  expect(asset).toMatchObject({ size: film.bytes.byteLength, sha256: film.sha256, crc32c: await crc32(film.bytes, CRC32C) });
  const content = await creator.send("GET", `/v1/assets/${asset.id}/content`);
  expect(content.status).toBe(200);
  expect(sha256Of(new Uint8Array(await content.arrayBuffer()))).toBe(film.sha256);
  return asset;
}

/** The code of a refusal, which a status alone leaves open. */
export async function problemOf(reply: Response): Promise<z.infer<typeof problemSchema>> {
  const problem = problemSchema.parse(await reply.json());
  expect(problem.status).toBe(reply.status);
  return problem;
}

/** How many bytes from 0 are here, as `bytes * / *` is answered: 308 with an inclusive range, none of an empty upload. */
export async function askedOffset(creator: Creator, uploadUrl: string): Promise<number> {
  const reply = await creator.send("PUT", uploadUrl, { headers: { "Content-Range": "bytes */*" } });
  expect(reply.status).toBe(308);
  const range = reply.headers.get("Range");
  if (range === null) return 0;
  const last = /^bytes=0-(\d+)$/.exec(range)?.[1];
  if (last === undefined) throw new Error(`not a range of what was received: ${range}`);
  return Number(last) + 1;
}

/** The rest of the film from `offset` on, in one PUT. */
export const sendFrom = (creator: Creator, uploadUrl: string, film: Film, offset: number): Promise<Response> =>
  creator.send("PUT", uploadUrl, {
    headers: { "Content-Range": `bytes ${offset}-${film.bytes.byteLength - 1}/${film.bytes.byteLength}` },
    body: film.bytes.subarray(offset),
  });
