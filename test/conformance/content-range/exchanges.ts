import { createHash, randomUUID } from "node:crypto";
import { expect } from "vitest";
import { z } from "zod";
import { patternOf, type Speaker } from "#test/conformance/speaker.ts";

export const KIB_256 = 256 * 1024;
export const PART = 8 * 1024 * 1024;

export const FILE = patternOf(3000);
export const EMPTY = new Uint8Array();

const receiptSchema = z.object({
  id: z.string(),
  status: z.literal("completed"),
  asset_id: z.string().nullable(),
  name: z.string(),
  content_type: z.string().nullable(),
  size: z.number(),
  sha256: z.string(),
  crc32c: z.string(),
  md5Hash: z.string().optional(),
});

/** A session as Google's clients begin one. */
export async function aSession(speaker: Speaker, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await speaker.send("POST", "/files?uploadType=resumable", { headers });
  expect(response.status).toBe(200);
  const location = response.headers.get("Location");
  if (location === null) throw new Error("a session without Location");
  return location;
}

export const aName = (): string => `/upload/${randomUUID()}.mp4`;

/** Both places that speak the dialect: a session's URL and a name. */
export async function bothPlaces(speaker: Speaker): Promise<readonly string[]> {
  return [await aSession(speaker), aName()];
}

export function put(
  speaker: Speaker,
  url: string,
  contentRange: string | null,
  body: Uint8Array<ArrayBuffer> = EMPTY,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return speaker.send("PUT", url, { headers: { ...(contentRange !== null && { "Content-Range": contentRange }), ...headers }, body });
}

export async function expectIncomplete(response: Response, offset: number): Promise<void> {
  expect({
    status: response.status,
    range: response.headers.get("Range"),
    location: response.headers.get("Location"),
    body: await response.text(),
  }).toEqual({
    status: 308,
    range: offset === 0 ? null : `bytes=0-${offset - 1}`,
    location: null,
    body: "",
  });
}

export async function expectComplete(response: Response, bytes: Uint8Array): Promise<z.infer<typeof receiptSchema>> {
  expect(response.status).toBe(200);
  const receipt = receiptSchema.parse(await response.json());
  expect(receipt).toMatchObject({ size: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") });
  return receipt;
}

export async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  expect({ status: response.status, ...z.object({ code: z.string() }).parse(await response.json()) }).toEqual({ status, code });
}
