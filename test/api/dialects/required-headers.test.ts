import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { START_OF_TIME } from "#test/fakes/fake-intake.ts";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects, ORIGIN, type Dialects, type Send } from "./harness.ts";

const BYTES = patternOf(10);
const TUS = { "Tus-Resumable": "1.0.0" };
const PATCH = { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" };
const EXPIRES = new Date(START_OF_TIME + 6 * 24 * 3600_000).toUTCString();
const DRAFT = { "Upload-Draft-Interop-Version": "8" };
const PARTIAL = { ...DRAFT, "Content-Type": "application/partial-upload", "Upload-Offset": "0", "Upload-Complete": "?1" };
const LIMIT = "max-size=67108864, min-size=0, max-append-size=16777216, max-age=518400";
const MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset";
const METADATA = "filename bW92aWUubXA0";

async function located(api: Dialects, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await api.send("POST", path, { headers });
  const location = answer.headers.get("Location");
  if (location === null) throw new Error(`no upload was opened: ${answer.status} ${await answer.text()}`);
  return location;
}

const tusUpload = (api: Dialects, more: Readonly<Record<string, string>> = { "Upload-Length": "10" }): Promise<string> =>
  located(api, "/files", { ...TUS, ...more });
const careful = (api: Dialects): Promise<string> => located(api, "/files", { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": "10" });
const session = (api: Dialects): Promise<string> => located(api, "/files?uploadType=resumable", {});

type Answer = {
  readonly name: string;
  readonly ask: (api: Dialects) => Promise<Response>;
  readonly status: number;
  /** Null: the header must be absent. */
  readonly headers: Readonly<Record<string, string | RegExp | null>>;
};

const NO_STORE = { "Cache-Control": "no-store" };
const SPOKEN = { ...TUS, ...NO_STORE };

const answers: readonly Answer[] = [
  {
    name: "tus OPTIONS",
    ask: (api) => api.send("OPTIONS", "/files"),
    status: 204,
    headers: {
      "Tus-Version": "1.0.0",
      "Tus-Extension": /creation/,
      "Tus-Max-Size": "67108864",
      "Tus-Checksum-Algorithm": "sha1,sha256,crc32c,md5",
      "Upload-Limit": LIMIT,
      "Accept-Patch": "application/partial-upload, application/offset+octet-stream",
    },
  },
  {
    name: "OPTIONS of a name",
    ask: (api) => api.send("OPTIONS", "/upload/a.mp4"),
    status: 204,
    headers: { ...NO_STORE, "Upload-Limit": LIMIT, "Accept-Patch": "application/partial-upload", "Tus-Version": null },
  },
  {
    name: "a careful creation of the draft",
    ask: (api) => api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": "10" } }),
    status: 201,
    headers: {
      ...NO_STORE,
      Location: new RegExp(`^${ORIGIN}/files/upl_`),
      "Upload-Complete": "?0",
      "Upload-Offset": "0",
      "Upload-Limit": LIMIT,
      "Tus-Resumable": null,
    },
  },
  {
    name: "a creation of the draft with every byte",
    ask: (api) => api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?1" }, body: BYTES }),
    status: 200,
    headers: {
      ...NO_STORE,
      Location: new RegExp(`^${ORIGIN}/files/upl_`),
      "Upload-Complete": "?1",
      "Upload-Offset": "10",
      "Upload-Limit": /^max-size=67108864, min-size=0, max-append-size=16777216$/,
      "Repr-Digest": /^sha-256=:/,
    },
  },
  {
    name: "HEAD of the draft",
    ask: async (api) => api.send("HEAD", await careful(api), { headers: DRAFT }),
    status: 204,
    headers: { ...NO_STORE, "Upload-Offset": "0", "Upload-Complete": "?0", "Upload-Length": "10", "Upload-Limit": LIMIT },
  },
  {
    name: "HEAD of the draft, of what tus began",
    ask: async (api) => api.send("HEAD", await tusUpload(api, { "Upload-Defer-Length": "1" }), { headers: DRAFT }),
    status: 204,
    headers: { ...NO_STORE, "Upload-Offset": "0", "Upload-Complete": "?0", "Upload-Length": null, "Upload-Limit": LIMIT },
  },
  {
    name: "HEAD of the draft, of what is complete",
    ask: async (api) => {
      const url = await careful(api);
      await api.send("PATCH", url, { headers: PARTIAL, body: BYTES });
      return api.send("HEAD", url, { headers: DRAFT });
    },
    status: 204,
    headers: { ...NO_STORE, "Upload-Offset": "10", "Upload-Complete": "?1", "Upload-Length": "10", "Repr-Digest": /^sha-256=:/ },
  },
  {
    name: "PATCH of the draft",
    ask: async (api) =>
      api.send("PATCH", await careful(api), { headers: { ...PARTIAL, "Upload-Complete": "?0" }, body: BYTES.slice(0, 4) }),
    status: 204,
    headers: { ...NO_STORE, "Upload-Complete": "?0", "Upload-Offset": "4", "Upload-Limit": LIMIT, Location: null },
  },
  {
    name: "the last PATCH of the draft",
    ask: async (api) => api.send("PATCH", await careful(api), { headers: PARTIAL, body: BYTES }),
    status: 200,
    headers: { ...NO_STORE, "Content-Type": /^application\/json/, "Upload-Complete": "?1", "Upload-Offset": "10", Location: null },
  },
  {
    name: "PATCH of the draft at another offset",
    ask: async (api) => api.send("PATCH", await careful(api), { headers: { ...PARTIAL, "Upload-Offset": "3" }, body: BYTES.slice(3) }),
    status: 409,
    headers: { ...NO_STORE, "Upload-Offset": "0", "Upload-Complete": "?0", "Content-Type": /^application\/problem\+json/ },
  },
  {
    name: "PATCH of the draft while R2 is out",
    ask: async (api) => {
      const url = await careful(api);
      api.intake.controls.outage = true;
      return api.send("PATCH", url, { headers: PARTIAL, body: BYTES });
    },
    status: 503,
    headers: { ...NO_STORE, "Upload-Offset": "0", "Upload-Complete": "?0", "Retry-After": /^[1-9][0-9]*$/ },
  },
  {
    name: "a creation of the draft with every byte while R2 is out",
    ask: (api) => {
      api.intake.controls.outage = true;
      return api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?1" }, body: BYTES });
    },
    status: 503,
    headers: { ...NO_STORE, Location: /./, "Upload-Offset": "0", "Upload-Complete": "?0", "Retry-After": /^[1-9][0-9]*$/ },
  },
  {
    name: "an append of the draft that is more than one request may carry",
    ask: async (api) => api.send("PATCH", await careful(api), { headers: { ...PARTIAL, "Content-Length": "16777217" }, body: BYTES }),
    status: 413,
    headers: { ...NO_STORE, "Upload-Limit": LIMIT, "Upload-Complete": "?0" },
  },
  {
    name: "DELETE of the draft",
    ask: async (api) => api.send("DELETE", await careful(api), { headers: DRAFT }),
    status: 204,
    headers: { ...NO_STORE, "Tus-Resumable": null },
  },
  {
    name: "tus creation",
    ask: (api) => api.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "10" } }),
    status: 201,
    headers: { ...SPOKEN, Location: new RegExp(`^${ORIGIN}/files/upl_`), "Upload-Expires": EXPIRES, "Upload-Offset": "0" },
  },
  {
    name: "tus creation at the collection's other spelling",
    ask: (api) => api.send("POST", "/files/", { headers: { ...TUS, "Upload-Length": "10" } }),
    status: 201,
    headers: { ...SPOKEN, Location: new RegExp(`^${ORIGIN}/files/upl_`) },
  },
  {
    name: "tus creation of an empty upload",
    ask: (api) => api.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "0" } }),
    status: 201,
    headers: { ...SPOKEN, Location: /./, "Upload-Offset": "0", "Upload-Expires": null },
  },
  {
    name: "tus creation with upload",
    ask: (api) =>
      api.send("POST", "/files", {
        headers: { ...TUS, "Content-Type": PATCH["Content-Type"], "Upload-Length": "10" },
        body: BYTES.slice(0, 4),
      }),
    status: 201,
    headers: { ...SPOKEN, Location: /./, "Upload-Offset": "4", "Upload-Expires": EXPIRES },
  },
  {
    name: "tus HEAD",
    ask: async (api) => api.send("HEAD", await tusUpload(api, { "Upload-Length": "10", "Upload-Metadata": METADATA }), { headers: TUS }),
    status: 200,
    headers: {
      ...SPOKEN,
      "Upload-Offset": "0",
      "Upload-Length": "10",
      "Upload-Metadata": METADATA,
      "Upload-Expires": EXPIRES,
      "Upload-Defer-Length": null,
    },
  },
  {
    name: "tus HEAD while the length is deferred",
    ask: async (api) => api.send("HEAD", await tusUpload(api, { "Upload-Defer-Length": "1" }), { headers: TUS }),
    status: 200,
    headers: { ...SPOKEN, "Upload-Defer-Length": "1", "Upload-Length": null, "Upload-Offset": "0" },
  },
  {
    name: "tus HEAD of a partial upload",
    ask: async (api) => api.send("HEAD", await tusUpload(api, { "Upload-Length": "10", "Upload-Concat": "partial" }), { headers: TUS }),
    status: 200,
    headers: { ...SPOKEN, "Upload-Concat": "partial", "Upload-Offset": "0", "Upload-Metadata": null },
  },
  {
    name: "tus HEAD of an upload that Google's protocol began",
    ask: async (api) => api.send("HEAD", await located(api, "/files?uploadType=resumable&name=movie.mp4", {}), { headers: TUS }),
    status: 200,
    headers: { ...SPOKEN, "Upload-Defer-Length": "1", "Upload-Metadata": /^filename bW92aWUubXA0/ },
  },
  {
    name: "tus PATCH",
    ask: async (api) => api.send("PATCH", await tusUpload(api), { headers: PATCH, body: BYTES.slice(0, 4) }),
    status: 204,
    headers: { ...SPOKEN, "Upload-Offset": "4", "Upload-Expires": EXPIRES },
  },
  {
    name: "the last tus PATCH",
    ask: async (api) => api.send("PATCH", await tusUpload(api), { headers: PATCH, body: BYTES }),
    status: 204,
    headers: { ...SPOKEN, "Upload-Offset": "10", "Upload-Expires": null },
  },
  {
    name: "tus PATCH at another offset",
    ask: async (api) => api.send("PATCH", await tusUpload(api), { headers: { ...PATCH, "Upload-Offset": "3" }, body: BYTES.slice(3) }),
    status: 409,
    headers: { ...SPOKEN, "Upload-Offset": "0", "Content-Type": /^application\/problem\+json/ },
  },
  {
    name: "tus PATCH while R2 is out",
    ask: async (api) => {
      const location = await tusUpload(api);
      api.intake.controls.outage = true;
      return api.send("PATCH", location, { headers: PATCH, body: BYTES });
    },
    status: 503,
    headers: { ...SPOKEN, "Upload-Offset": "0" },
  },
  {
    name: "another version of tus",
    ask: async (api) => api.send("HEAD", await tusUpload(api), { headers: { "Tus-Resumable": "0.2.2" } }),
    status: 412,
    headers: { ...SPOKEN, "Tus-Version": "1.0.0", "Upload-Offset": null },
  },
  {
    name: "tus DELETE",
    ask: async (api) => api.send("DELETE", await tusUpload(api), { headers: TUS }),
    status: 204,
    headers: SPOKEN,
  },
  {
    name: "HEAD without a dialect",
    ask: async (api) => api.send("HEAD", await tusUpload(api)),
    status: 200,
    headers: { ...NO_STORE, "Upload-Offset": "0", "Upload-Length": "10", "Upload-Complete": "?0", "Upload-Limit": LIMIT },
  },
  {
    name: "a session",
    ask: (api) => api.send("POST", "/files?uploadType=resumable"),
    status: 200,
    headers: { ...NO_STORE, Location: new RegExp(`^${ORIGIN}/files/upl_`) },
  },
  {
    name: "308 while nothing is stored",
    ask: async (api) => api.send("PUT", await session(api), { headers: { "Content-Range": "bytes */10" } }),
    status: 308,
    headers: { ...NO_STORE, Range: null, Location: null, "X-HTTP-Status-Code-Override": null },
  },
  {
    name: "308 after a chunk",
    ask: async (api) => api.send("PUT", await session(api), { headers: { "Content-Range": "bytes 0-3/10" }, body: BYTES.slice(0, 4) }),
    status: 308,
    headers: { ...NO_STORE, Range: "bytes=0-3", Location: null },
  },
  {
    name: "308 in disguise",
    ask: async (api) =>
      api.send("PUT", await session(api), {
        headers: { "Content-Range": "bytes 0-3/10", "X-GUploader-No-308": "yes" },
        body: BYTES.slice(0, 4),
      }),
    status: 200,
    headers: { ...NO_STORE, Range: "bytes=0-3", "X-HTTP-Status-Code-Override": "308", Location: null },
  },
  {
    name: "the receipt",
    ask: async (api) => api.send("PUT", await session(api), { body: BYTES }),
    status: 200,
    headers: {
      ...NO_STORE,
      "Content-Type": /^application\/json/,
      "Repr-Digest": `sha-256=:${createHash("sha256").update(BYTES).digest("base64")}:`,
      "X-Goog-Hash": /^crc32c=[A-Za-z0-9+/]{6}==$/,
      Location: null,
    },
  },
  {
    name: "a gap",
    ask: async (api) => api.send("PUT", await session(api), { headers: { "Content-Range": "bytes 1-3/10" }, body: BYTES.slice(1, 4) }),
    status: 409,
    headers: { ...NO_STORE, Range: null, "Content-Type": /^application\/problem\+json/ },
  },
  {
    name: "every byte is here and completion takes its time",
    ask: async (api) => {
      api.intake.controls.slowCompletion = true;
      return api.send("PUT", await session(api), { body: BYTES });
    },
    status: 503,
    headers: { ...NO_STORE, "Retry-After": /^[1-9][0-9]*$/, Range: "bytes=0-9" },
  },
  {
    name: "a chunk while R2 is out",
    ask: async (api) => {
      const url = await session(api);
      await api.send("PUT", url, { headers: { "Content-Range": "bytes 0-3/10" }, body: BYTES.slice(0, 4) });
      api.intake.controls.outage = true;
      return api.send("PUT", url, { headers: { "Content-Range": "bytes 4-9/10" }, body: BYTES.slice(4) });
    },
    status: 503,
    headers: { ...NO_STORE, "Retry-After": /^[1-9][0-9]*$/, Range: "bytes=0-3" },
  },
  {
    name: "tus creation with upload while R2 is out",
    ask: async (api) => {
      api.intake.controls.outage = true;
      return api.send("POST", "/files", { headers: { ...TUS, "Content-Type": PATCH["Content-Type"], "Upload-Length": "10" }, body: BYTES });
    },
    status: 201,
    headers: { ...SPOKEN, Location: /./, "Upload-Offset": "0", "Upload-Expires": EXPIRES },
  },
  {
    name: "cancelling a session",
    ask: async (api) => api.send("DELETE", await session(api)),
    status: 499,
    headers: NO_STORE,
  },
];

describe("every header that an answer must have, and those that it must not", () => {
  for (const { name, ask, status, headers } of answers) {
    describe(name, () => {
      test(`is ${status}`, async () => {
        expect((await ask(dialects())).status).toBe(status);
      });
      test.for(Object.entries(headers))("%s", async ([header, value]) => {
        const actual = (await ask(dialects())).headers.get(header);
        if (value instanceof RegExp) expect(actual).toMatch(value);
        else expect(actual).toBe(value);
      });
    });
  }
});

type Request = {
  readonly name: string;
  readonly send: Send;
  readonly ask: (api: Dialects, send: Send) => Promise<Response>;
  readonly without: Readonly<Record<string, number>>;
};

const requests: readonly Request[] = [
  {
    name: "tus creation",
    send: { headers: { ...TUS, "Upload-Length": "10" } },
    ask: (api, send) => api.send("POST", "/files", send),
    without: { "Tus-Resumable": 412, "Upload-Length": 400 },
  },
  {
    name: "tus creation with upload",
    send: { headers: { ...TUS, "Content-Type": PATCH["Content-Type"], "Upload-Length": "10" }, body: BYTES },
    ask: (api, send) => api.send("POST", "/files", send),
    without: { "Tus-Resumable": 412, "Upload-Length": 400, "Content-Type": 415 },
  },
  {
    name: "tus PATCH",
    send: { headers: PATCH, body: BYTES },
    ask: async (api, send) => api.send("PATCH", await tusUpload(api), send),
    without: { "Tus-Resumable": 412, "Upload-Offset": 400, "Content-Type": 415 },
  },
  {
    name: "a creation of the draft",
    send: { headers: { ...DRAFT, "Upload-Complete": "?1" }, body: BYTES },
    ask: (api, send) => api.send("POST", "/files", send),
    without: { "Upload-Complete": 400 },
  },
  {
    name: "HEAD of the draft by GET",
    send: { headers: DRAFT },
    ask: async (api, send) => api.send("GET", await careful(api), send),
    without: { "Upload-Draft-Interop-Version": 405 },
  },
  {
    name: "PATCH of the draft",
    send: { headers: PARTIAL, body: BYTES },
    ask: async (api, send) => api.send("PATCH", await careful(api), send),
    without: { "Upload-Offset": 400, "Upload-Complete": 400, "Content-Type": 415 },
  },
];

test("the draft's own type of problem has its members beside ours", async () => {
  const api = dialects();
  const refused = await api.send("PATCH", await careful(api), { headers: { ...PARTIAL, "Upload-Offset": "3" }, body: BYTES });
  expect(await refused.json()).toMatchObject({
    type: MISMATCH,
    status: 409,
    code: "offset_mismatch",
    "expected-offset": 0,
    "provided-offset": 3,
    expected: 0,
    received: 3,
    retryable: true,
  });
});

describe("a request that leaves out a header of its protocol", () => {
  for (const { name, send, ask, without } of requests) {
    test(`${name} with all of them is taken`, async () => {
      expect((await ask(dialects(), send)).status).toBeLessThan(300);
    });
    test.for(Object.entries(without))(`${name} without %s is %i`, async ([header, status]) => {
      const { [header]: _left, ...headers } = send.headers ?? {};
      expect((await ask(dialects(), { ...send, headers })).status).toBe(status);
    });
  }
});
