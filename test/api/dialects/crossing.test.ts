import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects, type Dialects } from "./harness.ts";

const TUS = { "Tus-Resumable": "1.0.0" };

const DRAFT = { "Upload-Draft-Interop-Version": "8" };

type Beginning = "tus" | "rufh" | "google" | "name";
type Append = "tus" | "rufh" | "range" | "rest";

async function begin(api: Dialects, dialect: Beginning, length: number): Promise<string> {
  switch (dialect) {
    case "tus":
      return (await api.send("POST", "/files", { headers: { ...TUS, "Upload-Length": String(length) } })).headers.get("Location") ?? "";
    case "rufh":
      return (
        (await api.send("POST", "/files", { headers: { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": String(length) } })).headers.get(
          "Location",
        ) ?? ""
      );
    case "google":
      return (
        (await api.send("POST", "/files?uploadType=resumable", { headers: { "X-Upload-Content-Length": String(length) } })).headers.get(
          "Location",
        ) ?? ""
      );
    case "name":
      return "/upload/a.mp4";
  }
}

async function append(
  api: Dialects,
  dialect: Append,
  url: string,
  from: number,
  bytes: Uint8Array<ArrayBuffer>,
  total: number,
): Promise<number> {
  switch (dialect) {
    case "tus":
      return (
        await api.send("PATCH", url, {
          headers: { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) },
          body: bytes,
        })
      ).status;
    case "rufh":
      return (
        await api.send("PATCH", url, {
          headers: {
            ...DRAFT,
            "Content-Type": "application/partial-upload",
            "Upload-Offset": String(from),
            "Upload-Complete": from + bytes.byteLength === total ? "?1" : "?0",
          },
          body: bytes,
        })
      ).status;
    case "range":
      return (
        await api.send("PUT", url, { headers: { "Content-Range": `bytes ${from}-${from + bytes.byteLength - 1}/${total}` }, body: bytes })
      ).status;
    case "rest":
      return (await api.send("PUT", url, { headers: { "Content-Range": `bytes ${from}-*/${total}` }, body: bytes })).status;
  }
}

const chunk = fc.record({ dialect: fc.constantFrom<Append>("tus", "rufh", "range", "rest"), size: fc.integer({ min: 1, max: 400 }) });

test("an upload begun in one dialect goes on in any, and every dialect sees the same offset", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Beginning>("tus", "rufh", "google", "name"),
      fc.array(chunk, { minLength: 1, maxLength: 6 }),
      async (beginning, chunks) => {
        const api = dialects();
        const total = chunks.reduce((sum, { size }) => sum + size, 0);
        const file = patternOf(total);
        const url = await begin(api, beginning, total);
        let offset = 0;
        for (const { dialect, size } of chunks) {
          // A name is not an upload URL of tus, nor of the draft.
          const spoken = beginning === "name" && dialect !== "rest" ? "range" : dialect;
          const status = await append(api, spoken, url, offset, file.slice(offset, offset + size), total);
          offset += size;
          const incomplete = spoken === "rufh" ? 204 : 308;
          expect(status).toBe(spoken === "tus" ? 204 : offset === total ? 200 : incomplete);
          const asked = await api.send("PUT", url, { headers: { "Content-Range": "bytes */*" } });
          expect(asked.headers.get("Range")).toBe(offset === total ? null : `bytes=0-${offset - 1}`);
          if (beginning !== "name") {
            expect((await api.send("HEAD", url, { headers: TUS })).headers.get("Upload-Offset")).toBe(String(offset));
            const { headers } = await api.send("HEAD", url, { headers: DRAFT });
            expect([headers.get("Upload-Offset"), headers.get("Upload-Complete")]).toEqual([
              String(offset),
              offset === total ? "?1" : "?0",
            ]);
          }
        }
        const receipt = await api.send("PUT", url, { headers: { "Content-Range": `bytes */${total}` } });
        expect(await receipt.json()).toMatchObject({
          status: "completed",
          size: total,
          sha256: createHash("sha256").update(file).digest("hex"),
        });
      },
    ),
    { numRuns: 60 },
  );
});
