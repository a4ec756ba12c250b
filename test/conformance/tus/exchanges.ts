import { expect } from "vitest";
import { bytesOf, type Speaker, type SpeakerInit } from "#test/conformance/speaker.ts";

export const TUS = { "Tus-Resumable": "1.0.0" } as const;
export const OFFSET_STREAM = { "Content-Type": "application/offset+octet-stream" } as const;
export const HELLO = bytesOf("hello world");

export async function created(speaker: Speaker, headers: Readonly<Record<string, string>>, init: SpeakerInit = {}): Promise<string> {
  const response = await speaker.send("POST", "/files", { ...init, headers: { ...TUS, ...headers } });
  expect(response.status).toBe(201);
  const location = response.headers.get("Location");
  if (location === null) throw new Error("a creation without Location");
  return location;
}

export const anUpload = (speaker: Speaker, length = HELLO.byteLength): Promise<string> =>
  created(speaker, { "Upload-Length": String(length) });

export function patch(
  speaker: Speaker,
  location: string,
  offset: number | string,
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return speaker.send("PATCH", location, { headers: { ...TUS, ...OFFSET_STREAM, "Upload-Offset": String(offset), ...headers }, body });
}

export const head = (speaker: Speaker, location: string): Promise<Response> => speaker.send("HEAD", location, { headers: TUS });

export async function offsetAt(speaker: Speaker, location: string): Promise<number> {
  const response = await head(speaker, location);
  expect(response.status).toBe(200);
  return Number(response.headers.get("Upload-Offset"));
}

export async function partial(speaker: Speaker, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const location = await created(speaker, { "Upload-Concat": "partial", "Upload-Length": String(body.byteLength) });
  expect((await patch(speaker, location, 0, body)).status).toBe(204);
  return location;
}

export const joined = (...locations: readonly string[]): string => `final;${locations.map((url) => new URL(url).pathname).join(" ")}`;

export function listIn(response: Response, header: string): string[] {
  const text = response.headers.get(header);
  if (text === null) throw new Error(`no ${header}`);
  return text.split(",");
}
