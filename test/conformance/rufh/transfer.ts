import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Requirement } from "#test/conformance/speaker.ts";
import {
  anUpload,
  append,
  create,
  DRAFT,
  head,
  HELLO,
  limitsIn,
  locationIn,
  NOTHING,
  PARTIAL,
  problemIn,
  registered,
  stateOf,
} from "./exchanges.ts";

const SHA256 = createHash("sha256").update(HELLO).digest("hex");
const RECEIPT = { status: "completed", size: HELLO.byteLength, sha256: SHA256 };

/** draft-ietf-httpbis-resumable-upload-11, "Upload Creation" to "Concurrency". */
export const transfer: readonly Requirement[] = [
  {
    section: "Upload Creation",
    must: "An incomplete creation that was fully received MUST have Location and Upload-Limit, and is RECOMMENDED to be 201.",
    async shown(speaker) {
      for (const [method, body] of [
        ["POST", HELLO.slice(0, 5)],
        ["PUT", HELLO.slice(0, 5)],
        ["PATCH", HELLO.slice(0, 5)],
        ["POST", NOTHING],
      ] as const) {
        const created = await create(speaker, { "Upload-Complete": "?0", "Upload-Length": "11" }, body, method);
        expect([created.status, created.headers.get("Upload-Complete")]).toEqual([201, "?0"]);
        expect(limitsIn(created)["max-append-size"]).toBeGreaterThan(0);
        expect(await stateOf(speaker, await locationIn(created))).toEqual([String(body.byteLength), "?0", "11"]);
      }
    },
  },
  {
    section: "Upload Creation",
    must: "A complete one is answered by the resource that it was sent to, with Upload-Complete: ?1.",
    async shown(speaker) {
      for (const method of ["POST", "PUT", "PATCH"]) {
        const created = await create(speaker, { "Upload-Complete": "?1" }, HELLO, method);
        expect([created.status, created.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
        expect(await created.json()).toMatchObject(RECEIPT);
        expect(await stateOf(speaker, await locationIn(created))).toEqual(["11", "?1", "11"]);
      }
    },
  },
  {
    section: "Upload Creation",
    must: "The content can be empty: with a true value that is an empty representation.",
    async shown(speaker) {
      const created = await create(speaker, { "Upload-Complete": "?1" }, NOTHING);
      expect(created.status).toBe(200);
      expect(await created.json()).toMatchObject({ status: "completed", size: 0 });
    },
  },
  {
    section: "Upload Creation",
    must: "The server MUST record the length that Upload-Length or a last request tells.",
    async shown(speaker) {
      expect(await stateOf(speaker, await anUpload(speaker))).toEqual(["0", "?0", "11"]);
      const whole = await create(speaker, { "Upload-Complete": "?1" }, HELLO);
      expect(await stateOf(speaker, await locationIn(whole))).toEqual(["11", "?1", "11"]);
    },
  },
  {
    section: "Upload Creation",
    must: "Without Upload-Complete there is no creation.",
    async shown(speaker) {
      for (const headers of [{}, { "Upload-Complete": "1" }] as const) {
        const refused = await create(speaker, { "Upload-Length": "11", ...headers });
        expect(refused.headers.has("Location")).toBe(false);
        expect(await problemIn(refused)).toMatchObject({ code: "missing_header", header: "Upload-Complete" });
      }
    },
  },
  {
    section: "Upload Creation",
    must: "Content-Disposition can name the file; metadata MUST be sanitized.",
    async shown(speaker) {
      const headers = {
        "Upload-Complete": "?1",
        "Content-Type": "video/mp4",
        "Content-Disposition": "inline; filename=\"../etc/film.mp4\"; filename*=UTF-8''..%2Fetc%2Fcaf%C3%A9.mp4",
      };
      expect(await (await create(speaker, headers, HELLO)).json()).toMatchObject({ ...RECEIPT, name: "café.mp4" });
      const unprintable = { ...headers, "Content-Disposition": "inline; filename*=UTF-8''a%00b.mp4" };
      expect(await problemIn(await create(speaker, unprintable, HELLO))).toMatchObject({ code: "invalid_header" });
    },
  },
  {
    section: "Upload Creation",
    must: "A resource may take a request that is whole as if it were not marked, and says that this was the end.",
    async shown(speaker) {
      const name = crypto.randomUUID();
      const stored = await speaker.send("PUT", `/upload/${name}.mp4`, { headers: { ...DRAFT, "Upload-Complete": "?1" }, body: HELLO });
      expect([stored.status, stored.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
      expect(await stored.json()).toMatchObject({ ...RECEIPT, name: `${name}.mp4` });

      const begun = await speaker.send("PUT", `/upload/${name}-2.mp4`, {
        headers: { ...DRAFT, "Upload-Complete": "?0", "Upload-Length": "11" },
        body: HELLO.slice(0, 5),
      });
      expect(begun.status).toBe(201);
      const done = await append(speaker, await locationIn(begun), 5, "?1", HELLO.slice(5));
      expect(await done.json()).toMatchObject({ ...RECEIPT, name: `${name}-2.mp4` });
    },
  },
  {
    section: "Offset Retrieval",
    must: "MUST include Upload-Offset, Upload-Complete, Upload-Length once it is known, and Upload-Limit; SHOULD be no-store.",
    async shown(speaker) {
      for (const method of ["HEAD", "GET"] as const) {
        const location = await anUpload(speaker, null);
        const unknown = await head(speaker, location, method);
        expect([unknown.status, unknown.headers.get("Upload-Offset"), unknown.headers.get("Upload-Length")]).toEqual([204, "0", null]);
        await append(speaker, location, 0, "?0", HELLO.slice(0, 5), { "Upload-Length": "11" });
        const { headers } = await head(speaker, location, method);
        expect([headers.get("Upload-Offset"), headers.get("Upload-Complete"), headers.get("Upload-Length")]).toEqual(["5", "?0", "11"]);
        expect(headers.get("Cache-Control")).toBe("no-store");
        expect(Object.keys(limitsIn(await head(speaker, location, method)))).toContain("max-age");
        await append(speaker, location, 5, "?1", HELLO.slice(5));
        const completed = await head(speaker, location, method);
        expect([completed.headers.get("Upload-Offset"), completed.headers.get("Upload-Complete")]).toEqual(["11", "?1"]);
        expect(Object.keys(limitsIn(completed))).toEqual(["max-size", "min-size", "max-append-size"]);
      }
    },
  },
  {
    section: "Offset Retrieval",
    must: "An upload that is not there is 404, and tells no offset.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const other = await head(speaker, `${location}x`);
      expect([other.status, other.headers.get("Upload-Offset")]).toEqual([404, null]);
    },
  },
  {
    section: "Upload Append",
    must: "An offset that does not match MUST be 409 with the right one, and Upload-Complete false.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      for (const [offset, complete] of [
        [0, "?0"],
        [6, "?0"],
        [0, "?1"],
        [6, "?1"],
      ] as const) {
        const refused = await append(speaker, location, offset, complete, HELLO.slice(5));
        expect([refused.status, refused.headers.get("Upload-Offset"), refused.headers.get("Upload-Complete")]).toEqual([409, "5", "?0"]);
        expect(await problemIn(refused)).toMatchObject({
          type: registered("mismatching-upload-offset"),
          code: "offset_mismatch",
          "expected-offset": 5,
          "provided-offset": offset,
        });
      }
      expect((await append(speaker, location, 5, "?1", HELLO.slice(5))).status).toBe(200);
    },
  },
  {
    section: "Upload Append",
    must: "The request MUST include Upload-Offset and Upload-Complete, and is application/partial-upload.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const all: Record<string, string> = { ...DRAFT, ...PARTIAL, "Upload-Offset": "0", "Upload-Complete": "?1" };
      for (const [left, code] of [
        ["Upload-Offset", "missing_header"],
        ["Upload-Complete", "missing_header"],
        ["Content-Type", "unsupported_media_type"],
      ] as const) {
        const { [left]: _left, ...headers } = all;
        expect(await problemIn(await speaker.send("PATCH", location, { headers, body: HELLO })), left).toMatchObject({ code });
      }
      const other = await speaker.send("PATCH", location, { headers: { ...all, "Content-Type": "application/octet-stream" }, body: HELLO });
      expect([other.status, other.headers.get("Accept-Patch")]).toEqual([415, "application/partial-upload"]);
      expect((await speaker.send("PATCH", location, { headers: all, body: HELLO })).status).toBe(200);
    },
  },
  {
    section: "Upload Append",
    must: "Bytes that are not the last are acknowledged by a 2xx with Upload-Complete false.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const appended = await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      expect([appended.status, appended.headers.get("Upload-Complete"), appended.headers.get("Upload-Offset")]).toEqual([204, "?0", "5"]);
    },
  },
  {
    section: "Upload Append",
    must: "The last is answered as the creation would have been, and MUST have Upload-Complete true.",
    async shown(speaker) {
      const location = await anUpload(speaker, null);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      const done = await append(speaker, location, 5, "?1", HELLO.slice(5));
      expect([done.status, done.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
      expect(await done.json()).toMatchObject(RECEIPT);
    },
  },
  {
    section: "Upload Append",
    must: "The final response can be replayed to a valid request to a completed upload.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const first = await (await append(speaker, location, 0, "?1", HELLO)).json();
      const again = await append(speaker, location, 11, "?1", NOTHING);
      expect([again.status, again.headers.get("Upload-Complete")]).toEqual([200, "?1"]);
      expect(await again.json()).toEqual(first);
    },
  },
  {
    section: "Upload Append",
    must: "To a completed upload, bytes MUST be treated as an inconsistent length, and nothing may be modified.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?1", HELLO);
      for (const complete of ["?0", "?1"] as const) {
        const refused = await append(speaker, location, 11, complete, HELLO);
        expect(refused.headers.get("Upload-Complete")).toBe("?0");
        expect(await problemIn(refused)).toMatchObject({ type: registered("inconsistent-upload-length") });
      }
      const empty = await append(speaker, location, 11, "?0", NOTHING);
      expect(await problemIn(empty)).toMatchObject({ type: registered("completed-upload"), code: "upload_completed", status: 409 });
      expect((await append(speaker, location, 0, "?1", HELLO)).status).toBe(409);
      expect(await stateOf(speaker, location)).toEqual(["11", "?1", "11"]);
    },
  },
  {
    section: "Upload Append",
    must: "The offset MUST NOT exceed the length.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      const refused = await append(speaker, location, 5, "?0", HELLO);
      expect(await problemIn(refused)).toMatchObject({
        type: registered("inconsistent-upload-length"),
        code: "length_exceeded",
        status: 400,
      });
      expect(await stateOf(speaker, location)).toEqual(["5", "?0", "11"]);
      const created = await create(speaker, { "Upload-Complete": "?0", "Upload-Length": "10" }, HELLO);
      expect([created.status, created.headers.has("Location")]).toEqual([400, false]);
    },
  },
  {
    section: "Upload Cancellation",
    must: "DELETE SHOULD deactivate the upload.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      expect((await speaker.send("DELETE", location, { headers: DRAFT })).status).toBe(204);
      expect((await head(speaker, location)).status).toBe(410);
      expect((await append(speaker, location, 5, "?1", HELLO.slice(5))).status).toBe(410);
    },
  },
  {
    section: "Upload Cancellation",
    must: "What a completed upload has become is not taken back by it.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?1", HELLO);
      const refused = await speaker.send("DELETE", location, { headers: DRAFT });
      expect(await problemIn(refused)).toMatchObject({ type: registered("completed-upload"), code: "upload_completed" });
      expect(await stateOf(speaker, location)).toEqual(["11", "?1", "11"]);
    },
  },
  {
    section: "Draft Version Identification",
    must: "Interop versions 6 and 5 as tus-js-client speaks them: every byte is the end, and 5 labels no append.",
    async shown(speaker) {
      for (const [version, label] of [
        ["6", PARTIAL],
        ["5", {}],
      ] as const) {
        const spoken = { "Upload-Draft-Interop-Version": version };
        const location = await locationIn(
          await speaker.send("POST", "/files", {
            headers: { ...spoken, "Upload-Complete": "?0", "Upload-Length": "11", "Upload-Metadata": "filename bW92aWUubXA0" },
          }),
        );
        const headers = { ...spoken, ...label, "Upload-Offset": "0" };
        const done = await speaker.send("PATCH", location, { headers: { ...headers, "Upload-Complete": "?0" }, body: HELLO });
        expect([done.status, done.headers.get("Upload-Complete"), done.headers.get("Upload-Offset")]).toEqual([200, "?1", "11"]);
        expect(await done.json()).toMatchObject({ ...RECEIPT, name: "movie.mp4" });
      }
    },
  },
];
