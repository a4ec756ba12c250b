import { expect, test } from "vitest";
import { MIN_PART_BYTES } from "#domain/uploads/part-plan.ts";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects } from "./harness.ts";

const FILE = patternOf(100);

test.for([
  ["a body of another length", "bytes 0-98/100", 100, "body_length_mismatch"],
  ["a body beyond the total", "bytes 1-*/100", 100, "length_exceeded"],
  ["a gap before it", "bytes 1-99/100", 99, "range_gap"],
  ["no meaning", "bytes 99-0/100", 100, "invalid_header"],
] as const)("a first range with %s opens nothing", async ([, range, bytes, code]) => {
  const api = dialects();
  const refused = await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": range }, body: FILE.slice(0, bytes) });
  expect(await refused.json()).toMatchObject({ code });
  expect(api.intake.sessions.size).toBe(0);
  expect((await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes 0-99/100" }, body: FILE })).status).toBe(200);
});

test("two of a swarm that begin at the same time meet in one upload", async () => {
  const api = dialects();
  const file = patternOf(MIN_PART_BYTES + 1);
  const put = (start: number, end: number): Promise<Response> =>
    api.send("PUT", "/upload/a.mp4", {
      headers: { "Content-Range": `bytes ${start}-${end - 1}/${file.byteLength}` },
      body: file.slice(start, end),
    });
  const answers = await Promise.all([put(MIN_PART_BYTES, file.byteLength), put(0, MIN_PART_BYTES)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 308]);
  expect(api.intake.sessions.size).toBe(1);
});

test("a name is one segment of the path, decoded once", async () => {
  const api = dialects();
  const receipt = await api.send("PUT", "/upload/caf%C3%A9%2525.mp4", { body: FILE });
  expect(await receipt.json()).toMatchObject({ name: "café%25.mp4" });
  for (const path of ["/upload/a%2Fb", "/upload/%00", "/upload/%ff"]) {
    expect(await (await api.send("PUT", path, { body: FILE })).json()).toMatchObject({ code: "invalid_request" });
  }
});

test("the same name can be begun again once its upload was cancelled", async () => {
  const api = dialects();
  await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes 0-9/100" }, body: FILE.slice(0, 10) });
  expect((await api.send("HEAD", "/upload/a.mp4")).headers.get("Upload-Offset")).toBe("10");
  expect((await api.send("DELETE", "/upload/a.mp4")).status).toBe(499);
  expect((await api.send("HEAD", "/upload/a.mp4")).status).toBe(404);
  expect((await api.send("PUT", "/upload/a.mp4", { body: FILE })).status).toBe(200);
});

test("a POST with uploadType=resumable opens a session under the name", async () => {
  const api = dialects();
  const session = await api.send("POST", "/upload/a.mp4?uploadType=resumable", { headers: { "X-Upload-Content-Length": "100" } });
  expect(session.status).toBe(200);
  await api.send("PUT", session.headers.get("Location") ?? "", { headers: { "Content-Range": "bytes 0-9/100" }, body: FILE.slice(0, 10) });
  expect((await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes */*" } })).headers.get("Range")).toBe("bytes=0-9");
});

test("a question whose body is chunked and empty is read to its end", async () => {
  const api = dialects();
  await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes 0-9/100" }, body: FILE.slice(0, 10) });
  let ended = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        ended = true;
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  expect((await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes */*" }, body })).status).toBe(308);
  expect(ended).toBe(true);
});

test("uploadType=media takes the whole object in one request, or leaves nothing", async () => {
  const api = dialects();
  const path = "/upload/storage/v1/b/media/o?uploadType=media&name=films%2Fa.mp4";
  expect(await (await api.send("POST", path, { body: FILE })).json()).toMatchObject({ name: "a.mp4", size: 100 });
  const refused = await api.send("POST", path, { headers: { "X-Goog-Hash": "md5=AAAAAAAAAAAAAAAAAAAAAA==" }, body: FILE });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect([...api.intake.sessions.values()].map((session) => session.progress()?.asset === null)).toEqual([false, true]);
  expect(await (await api.send("POST", path.replace("media&", "multipart&"), { body: FILE })).json()).toMatchObject({
    code: "invalid_request",
  });
});
