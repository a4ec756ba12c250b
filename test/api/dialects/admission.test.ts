import { describe, expect, test } from "vitest";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects, type Dialects } from "./harness.ts";

const FILE = patternOf(100);
const TUS = { "Tus-Resumable": "1.0.0" };
const PATCH = { ...TUS, "Content-Type": "application/offset+octet-stream" };
const refused = { code: "application_refused", status: 403, body: "no", contentType: "text/plain" } as const;

const anUpload = async (api: Dialects): Promise<string> =>
  (await api.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "100" } })).headers.get("Location") ?? "";

const handleOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

describe("the application", () => {
  test.for([
    ["tus HEAD", "HEAD", TUS, undefined],
    ["tus PATCH", "PATCH", { ...PATCH, "Upload-Offset": "0" }, FILE],
    ["a range", "PUT", { "Content-Range": "bytes 0-99/100" }, FILE],
    ["a question", "PUT", { "Content-Range": "bytes */*" }, undefined],
  ] as const)("is asked before %s touches anything", async ([, method, headers, body]) => {
    const api = dialects();
    const url = await anUpload(api);
    api.intake.answers.resume = refused;
    const answer = await api.send(method, url, {
      headers: { ...headers, Authorization: "Bearer app_a" },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(403);
    expect(api.intake.asked.at(-1)).toEqual({ action: "resume", authorization: "Bearer app_a" });
    expect(api.intake.sessionOf(handleOf(url)).progress()?.offset).toBe(0);
  });

  test.for([
    ["tus", "/files", { ...TUS, "Upload-Length": "100" }],
    ["Google's protocol", "/files?uploadType=resumable", {}],
    ["a name", "/upload/a.mp4", { "Content-Range": "bytes 0-99/100" }],
  ] as const)("is asked before %s opens an upload", async ([, path, headers]) => {
    const api = dialects();
    api.intake.answers.open = refused;
    const method = path.startsWith("/upload") ? "PUT" : "POST";
    const answer = await api.send(method, path, { headers, ...(method === "PUT" && { body: FILE }) });
    expect(answer.status).toBe(403);
    expect(api.intake.sessions.size).toBe(0);
  });

  test("is asked again before completion, and its refusal is the answer to the last bytes", async () => {
    const api = dialects();
    api.intake.asksBeforeCompletion = true;
    const url = await anUpload(api);
    api.intake.answers.complete = refused;
    expect((await api.send("PUT", url, { headers: { "Content-Range": "bytes 0-99/100" }, body: FILE })).status).toBe(403);
    expect(api.intake.sessionOf(handleOf(url)).progress()).toMatchObject({ status: "receiving", offset: 100, awaitsCompletion: true });
    api.intake.answers.complete = null;
    expect((await api.send("HEAD", url, { headers: TUS })).status).toBe(200);
    expect(api.intake.sessionOf(handleOf(url)).progress()?.status).toBe("completed");
  });
});

describe("an upload that has ended", () => {
  test("is 410 in every dialect after it expired", async () => {
    const api = dialects();
    const url = await anUpload(api);
    api.intake.sessionOf(handleOf(url)).expire();
    expect((await api.send("HEAD", url, { headers: TUS })).status).toBe(410);
    expect((await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "0" }, body: FILE })).status).toBe(410);
    expect((await api.send("PUT", url, { headers: { "Content-Range": "bytes */*" } })).status).toBe(410);
    expect((await api.send("HEAD", url)).status).toBe(410);
  });

  test("takes its last tus request again, and not one byte more", async () => {
    const api = dialects();
    const url = await anUpload(api);
    await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "0" }, body: FILE });
    const again = await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "100" } });
    expect([again.status, again.headers.get("Upload-Offset")]).toEqual([204, "100"]);
    expect((await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "0" }, body: FILE })).status).toBe(409);
    expect((await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "100" }, body: FILE })).status).toBeGreaterThanOrEqual(
      400,
    );
  });
});

describe("a body", () => {
  const cutAfter = (bytes: number): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull(controller) {
        if (controller.desiredSize === null) return;
        controller.enqueue(FILE.slice(0, bytes));
        controller.error(new Error("Network connection lost."));
      },
    });

  test("that is cut keeps what came, whichever dialect asks", async () => {
    const api = dialects();
    const url = await anUpload(api);
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(FILE.slice(0, 40));
        setTimeout(() => {
          controller.error(new Error("Network connection lost."));
        }, 5);
      },
    });
    await api.send("PUT", url, { headers: { "Content-Range": "bytes 0-99/100", "Content-Length": "100" }, body: slow });
    expect((await api.send("HEAD", url, { headers: TUS })).headers.get("Upload-Offset")).toBe("40");
    expect((await api.send("PUT", url, { headers: { "Content-Range": "bytes */*" } })).headers.get("Range")).toBe("bytes=0-39");
  });

  test("that came with its creation and was refused leaves no upload", async () => {
    const api = dialects();
    const headers = { ...PATCH, "Upload-Length": "100", "Upload-Checksum": "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=" };
    const answer = await api.send("POST", "/files", { headers, body: FILE });
    expect(answer.status).toBe(460);
    expect([...api.intake.sessions.values()].map((session) => session.progress()?.status)).toEqual(["cancelled"]);
  });

  test("that came with its creation and was cut leaves an upload to go on with", async () => {
    const api = dialects();
    const answer = await api.send("POST", "/files", {
      headers: { ...PATCH, "Upload-Length": "100", "Content-Length": "100" },
      body: cutAfter(0),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Location")).not.toBeNull();
    expect(answer.headers.get("Upload-Offset")).toBe("0");
  });

  test("that announces more than one request may carry is refused unread", async () => {
    const api = dialects();
    const url = await anUpload(api);
    const more = String(api.intake.limits.maxAppendBytes + 1);
    expect(
      (await api.send("PATCH", url, { headers: { ...PATCH, "Upload-Offset": "0", "Content-Length": more }, body: cutAfter(1) })).status,
    ).toBe(413);
    expect(api.intake.asked.map(({ action }) => action)).toEqual(["open"]);
  });
});
