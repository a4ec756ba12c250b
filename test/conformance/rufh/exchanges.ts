import { expect } from "vitest";
import { z } from "zod";
import { bytesOf, type Speaker, type SpeakerInit } from "#test/conformance/speaker.ts";

/** draft-11 is interop version 8. */
export const DRAFT = { "Upload-Draft-Interop-Version": "8" } as const;
export const PARTIAL = { "Content-Type": "application/partial-upload" } as const;
export const HELLO = bytesOf("hello world");
export const NOTHING = new Uint8Array();

type Headers = Readonly<Record<string, string>>;

export const create = (speaker: Speaker, headers: Headers, body?: Uint8Array<ArrayBuffer>, method = "POST"): Promise<Response> =>
  speaker.send(method, "/files", { headers: { ...DRAFT, ...headers }, ...(body !== undefined && { body }) });

export async function locationIn(response: Response): Promise<string> {
  const location = response.headers.get("Location");
  if (location === null) throw new Error(`no Location: ${response.status} ${await response.text()}`);
  return location;
}

/** A careful creation: nothing yet but the length. */
export async function anUpload(speaker: Speaker, length: number | null = HELLO.byteLength, headers: Headers = {}): Promise<string> {
  const told: Headers = length === null ? {} : { "Upload-Length": String(length) };
  const response = await create(speaker, { "Upload-Complete": "?0", ...told, ...headers });
  expect(response.status).toBe(201);
  return locationIn(response);
}

export function append(
  speaker: Speaker,
  location: string,
  offset: number,
  complete: "?0" | "?1",
  body: Uint8Array<ArrayBuffer>,
  headers: Headers = {},
): Promise<Response> {
  const init: SpeakerInit = { headers: { ...DRAFT, ...PARTIAL, "Upload-Offset": String(offset), "Upload-Complete": complete, ...headers } };
  return speaker.send("PATCH", location, body.byteLength === 0 ? init : { ...init, body });
}

export const head = (speaker: Speaker, location: string, method: "HEAD" | "GET" = "HEAD"): Promise<Response> =>
  speaker.send(method, location, { headers: DRAFT });

/** Offset, completeness and length, as an offset retrieval tells them. */
export async function stateOf(speaker: Speaker, location: string): Promise<readonly [string | null, string | null, string | null]> {
  const { status, headers } = await head(speaker, location);
  expect(status).toBe(204);
  return [headers.get("Upload-Offset"), headers.get("Upload-Complete"), headers.get("Upload-Length")];
}

const problemSchema = z.looseObject({ type: z.string(), code: z.string(), status: z.int() });

export async function problemIn(response: Response): Promise<z.infer<typeof problemSchema>> {
  expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

export const registered = (name: string): string => `https://iana.org/assignments/http-problem-types#${name}`;

/** `Upload-Limit` as a dictionary of integers. */
export function limitsIn(response: Response): Readonly<Record<string, number>> {
  const members = (response.headers.get("Upload-Limit") ?? "").split(", ").map((member) => /^([a-z-]+)=([0-9]+)$/.exec(member));
  return Object.fromEntries(members.map((match) => [match?.[1] ?? "malformed", Number(match?.[2])]));
}
