import { describe, expect, test } from "vitest";
import {
  anUpload,
  append,
  create,
  DRAFT,
  head,
  limitsIn,
  locationIn,
  NOTHING,
  problemIn,
  registered,
  stateOf,
} from "#test/conformance/rufh/exchanges.ts";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects, type Dialects, type Send } from "./harness.ts";

const FILE = patternOf(100);
const PATCH = { ...DRAFT, "Content-Type": "application/partial-upload" };

const patch = (api: Dialects, url: string, offset: number, complete: string, body: NonNullable<Send["body"]>): Promise<Response> =>
  api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": String(offset), "Upload-Complete": complete }, body });

/** Gives `first`, then waits for `then`. */
function bodyOf(first: Uint8Array, then: (controller: ReadableStreamDefaultController<Uint8Array>) => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(first);
      setTimeout(() => {
        then(controller);
      }, 5);
    },
  });
}

const cut = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  bodyOf(bytes, (controller) => {
    controller.error(new Error("Network connection lost."));
  });
const chunked = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  bodyOf(bytes, (controller) => {
    controller.close();
  });

describe("a last request that is interrupted", () => {
  test("keeps what came and completes nothing, be it every byte", async () => {
    const api = dialects();
    for (const bytes of [40, 100]) {
      const url = await anUpload(api, 100);
      await patch(api, url, 0, "?1", cut(FILE.slice(0, bytes)));
      expect(await stateOf(api, url)).toEqual([String(bytes), "?0", "100"]);
      expect((await append(api, url, bytes, "?1", FILE.slice(bytes))).headers.get("Upload-Complete")).toBe("?1");
    }
  });

  test("that was the creation too tells where to go on, and not that it succeeded", async () => {
    const api = dialects();
    const created = await api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?1" }, body: cut(FILE.slice(0, 40)) });
    expect(created.status).toBe(400);
    expect([created.headers.get("Upload-Offset"), created.headers.get("Upload-Complete")]).toEqual(["40", "?0"]);
    expect((await append(api, await locationIn(created), 40, "?1", FILE.slice(40))).status).toBe(200);
  });

  test("leaves a creation that was not the last a success with what came", async () => {
    const api = dialects();
    const created = await api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?0" }, body: cut(FILE.slice(0, 40)) });
    expect([created.status, created.headers.get("Upload-Offset"), created.headers.get("Upload-Complete")]).toEqual([201, "40", "?0"]);
  });
});

describe("a body of unknown length", () => {
  test("tells the upload's length when it is the last", async () => {
    const api = dialects();
    const url = await anUpload(api, null);
    const done = await patch(api, url, 0, "?1", chunked(FILE));
    expect([done.status, done.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
    expect(await stateOf(api, url)).toEqual(["100", "?1", "100"]);
  });

  test("does not complete when it ends before the announced length", async () => {
    const api = dialects();
    const url = await anUpload(api, 100);
    const short = await patch(api, url, 0, "?1", chunked(FILE.slice(0, 60)));
    expect([short.headers.get("Upload-Offset"), short.headers.get("Upload-Complete")]).toEqual(["60", "?0"]);
    expect(await problemIn(short)).toMatchObject({ type: registered("inconsistent-upload-length"), code: "length_mismatch" });
    expect(await stateOf(api, url)).toEqual(["60", "?0", "100"]);
  });

  test("is held to the length without a Content-Length", async () => {
    const api = dialects();
    const url = await anUpload(api, 99);
    const refused = await patch(api, url, 0, "?1", chunked(FILE));
    expect(await problemIn(refused)).toMatchObject({ type: registered("inconsistent-upload-length"), code: "length_exceeded" });
    expect(await stateOf(api, url)).toMatchObject([expect.anything(), "?0", "99"]);
  });
});

test("an offset that was told is accepted, though a request hung there", async () => {
  const api = dialects();
  const url = await anUpload(api, 100);
  const hung = patch(
    api,
    url,
    0,
    "?1",
    bodyOf(FILE.slice(0, 30), () => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  const asked = head(api, url);
  const superseded = await hung;
  expect([superseded.status, superseded.headers.get("Upload-Complete")]).toEqual([409, "?0"]);
  expect(superseded.headers.get("Upload-Offset")).toBe("30");
  await asked;
  const offset = Number((await head(api, url)).headers.get("Upload-Offset"));
  expect((await append(api, url, offset, "?1", FILE.slice(offset))).status).toBe(200);
});

describe("every byte is here and not complete", () => {
  const whole = async (api: Dialects): Promise<string> => {
    const url = await anUpload(api, 100);
    expect((await append(api, url, 0, "?0", FILE)).status).toBe(204);
    return url;
  };

  test.for([
    ["tus asks", (api: Dialects, url: string) => api.send("HEAD", url, { headers: { "Tus-Resumable": "1.0.0" } }), 200],
    ["Google's protocol asks", (api: Dialects, url: string) => api.send("PUT", url, { headers: { "Content-Range": "bytes */*" } }), 200],
    [
      "an older iteration asks",
      (api: Dialects, url: string) => api.send("HEAD", url, { headers: { "Upload-Draft-Interop-Version": "6" } }),
      204,
    ],
  ] as const)("until %s", async ([, ask, status]) => {
    const api = dialects();
    const url = await whole(api);
    expect((await api.send("HEAD", url)).headers.get("Upload-Complete")).toBe("?0");
    expect(await stateOf(api, url)).toEqual(["100", "?0", "100"]);
    expect((await ask(api, url)).status).toBe(status);
    expect(await stateOf(api, url)).toEqual(["100", "?1", "100"]);
  });

  test("until the application lets it: its refusal is not the outcome", async () => {
    const api = dialects();
    api.intake.asksBeforeCompletion = true;
    const url = await whole(api);
    api.intake.answers.complete = { code: "application_refused", status: 403, body: "no", contentType: "text/plain" };
    const refused = await append(api, url, 100, "?1", NOTHING);
    expect([refused.status, refused.headers.get("Upload-Complete")]).toEqual([403, "?0"]);
    api.intake.answers.complete = null;
    expect((await append(api, url, 100, "?1", NOTHING)).status).toBe(200);
  });

  test("until it is put together, which takes its time", async () => {
    const api = dialects();
    const url = await whole(api);
    api.intake.controls.slowCompletion = true;
    const waiting = await append(api, url, 100, "?1", NOTHING);
    expect([waiting.status, waiting.headers.get("Upload-Complete"), waiting.headers.get("Upload-Offset")]).toEqual([503, "?0", "100"]);
    expect(waiting.headers.get("Retry-After")).toMatch(/^[1-9]/);
    api.intake.controls.slowCompletion = false;
    expect((await append(api, url, 100, "?1", NOTHING)).status).toBe(200);
  });
});

describe("what a platform marks of its own accord", () => {
  const MARKED = { ...DRAFT, "Upload-Complete": "?1" };

  test("is a range where there is one", async () => {
    const api = dialects();
    const url = await anUpload(api, 100);
    const range = await api.send("PUT", url, { headers: { ...MARKED, "Content-Range": "bytes 0-39/100" }, body: FILE.slice(0, 40) });
    expect([range.status, range.headers.get("Upload-Complete")]).toEqual([308, null]);
  });

  test("is the whole where there is none, and goes on under its name with what was stored", async () => {
    const api = dialects();
    await api.send("PUT", "/upload/a.mp4", { headers: { ...MARKED, "Content-Length": "100" }, body: cut(FILE.slice(0, 40)) });
    expect((await api.send("HEAD", "/upload/a.mp4")).headers.get("Upload-Offset")).toBe("40");
    const done = await api.send("PUT", "/upload/a.mp4", { headers: MARKED, body: FILE });
    expect([done.status, done.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
  });

  test("is a session of Google's where it asks for one", async () => {
    const api = dialects();
    const begun = await api.send("POST", "/files?uploadType=resumable", { headers: MARKED });
    expect([begun.status, begun.headers.has("Location")]).toEqual([200, true]);
  });

  test("is not taken for the whole when it says that it is not", async () => {
    const api = dialects();
    const url = await anUpload(api, null);
    const refused = await api.send("PUT", url, { headers: { ...DRAFT, "Upload-Complete": "?0" }, body: FILE });
    expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "OPTIONS, HEAD, GET, PATCH, DELETE"]);
    expect(await stateOf(api, url)).toEqual(["0", "?0", null]);
  });
});

describe("creation by PATCH", () => {
  test("is one as by any other method", async () => {
    const api = dialects();
    for (const path of ["/files", "/upload/patched.mp4"]) {
      const headers = { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": "100", "Content-Type": "video/mp4" };
      const created = await api.send("PATCH", path, { headers, body: FILE.slice(0, 40) });
      expect([created.status, created.headers.get("Upload-Offset"), created.headers.get("Upload-Complete")]).toEqual([201, "40", "?0"]);
      expect((await append(api, await locationIn(created), 40, "?1", FILE.slice(40))).status).toBe(200);
    }
  });

  test.for([
    ["an offset", { "Upload-Offset": "0" }],
    ["a part's media type", { "Content-Type": "application/partial-upload" }],
  ] as const)("is none with %s: that is an append, and there is nothing here to append to", async ([, mark]) => {
    const api = dialects();
    const refused = await create(api, { "Upload-Complete": "?1", ...mark }, FILE, "PATCH");
    expect(await problemIn(refused)).toMatchObject({ code: "invalid_request", status: 400 });
    expect(api.intake.sessions.size).toBe(0);
  });

  test("without the draft's marks is not its business", async () => {
    const refused = await dialects().send("PATCH", "/files", { headers: { "Content-Type": "video/mp4" }, body: FILE });
    expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "OPTIONS, POST"]);
  });
});

describe("a file that is not of the kinds that are taken", () => {
  const SCRIPT = new TextEncoder().encode("#!/bin/sh\necho pwned\n");

  test("is the outcome: nothing is to be gone on with", async () => {
    const api = dialects();
    const url = await anUpload(api, SCRIPT.byteLength);
    const refused = await append(api, url, 0, "?1", SCRIPT);
    expect([refused.status, refused.headers.get("Upload-Complete")]).toEqual([415, "?1"]);
    expect(await problemIn(refused)).toMatchObject({ code: "content_type_refused" });
    expect((await head(api, url)).headers.get("Upload-Complete")).toBe("?1");
  });

  test("leaves no upload behind when it came with its creation", async () => {
    const api = dialects();
    const refused = await create(
      api,
      { "Upload-Complete": "?1", "Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" },
      FILE,
    );
    expect([refused.status, refused.headers.has("Location")]).toEqual([400, false]);
    expect([...api.intake.sessions.values()].map((session) => session.progress()?.status)).toEqual(["cancelled"]);
  });
});

test("storage that is away says up to where it got, and that it may come back", async () => {
  const api = dialects();
  const url = await anUpload(api, 100);
  await append(api, url, 0, "?0", FILE.slice(0, 40));
  api.intake.controls.outage = true;
  const away = await append(api, url, 40, "?1", FILE.slice(40));
  expect([away.status, away.headers.get("Upload-Offset"), away.headers.get("Upload-Complete")]).toEqual([503, "40", "?0"]);
  api.intake.controls.outage = false;
  expect((await append(api, url, 40, "?1", FILE.slice(40))).status).toBe(200);
});

test("a body beyond max-append-size that is announced is 413 with the limits, and nothing of it is taken", async () => {
  const api = dialects();
  const max = api.intake.limits.maxAppendBytes;
  const url = await anUpload(api, null);
  const announced = await api.send("PATCH", url, {
    headers: { ...PATCH, "Upload-Offset": "0", "Upload-Complete": "?0", "Content-Length": String(max + 1) },
    body: FILE,
  });
  const created = await api.send("POST", "/files", {
    headers: { ...DRAFT, "Upload-Complete": "?0", "Content-Length": String(max + 1) },
    body: FILE,
  });
  for (const refused of [announced, created]) {
    expect(await problemIn(refused)).toMatchObject({ code: "append_too_large", status: 413 });
    expect([refused.headers.get("Upload-Complete"), limitsIn(refused)["max-append-size"]]).toEqual(["?0", max]);
  }
  expect(await stateOf(api, url)).toEqual(["0", "?0", null]);
});

test("a POST may stand for a PATCH", async () => {
  const api = dialects();
  const url = await anUpload(api, 100);
  const headers = { ...PATCH, "Upload-Offset": "0", "Upload-Complete": "?1", "X-HTTP-Method-Override": "PATCH" };
  expect((await api.send("POST", url, { headers, body: FILE })).status).toBe(200);
});

test("a deferred length that ends with a chunk is an empty PATCH without Upload-Complete in the older iterations", async () => {
  const api = dialects();
  const old = { "Upload-Draft-Interop-Version": "6", "Content-Type": "application/partial-upload" };
  const url = await anUpload(api, null);
  await api.send("PATCH", url, { headers: { ...old, "Upload-Offset": "0", "Upload-Complete": "?0" }, body: FILE });
  const done = await api.send("PATCH", url, { headers: { ...old, "Upload-Offset": "100", "Upload-Length": "100" } });
  expect([done.status, done.headers.get("Upload-Complete"), done.headers.get("Upload-Offset")]).toEqual([200, "?1", "100"]);
});
