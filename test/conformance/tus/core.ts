import { expect } from "vitest";
import type { Requirement } from "#test/conformance/speaker.ts";
import { anUpload, created, head, HELLO, listIn, OFFSET_STREAM, offsetAt, patch, TUS } from "./exchanges.ts";

const NOT_INTEGERS = ["-1", "+1", "1e1", "0x1", "1.0", "one", "9007199254740993"];

/** tus 1.0.0, "Core Protocol". */
export const core: readonly Requirement[] = [
  {
    section: "Upload-Offset",
    must: "The value MUST be a non-negative integer.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      for (const value of NOT_INTEGERS) expect((await patch(speaker, location, value, HELLO)).status, value).toBe(400);
      expect(await offsetAt(speaker, location)).toBe(0);
    },
  },
  {
    section: "Upload-Length",
    must: "The value MUST be a non-negative integer.",
    async shown(speaker) {
      for (const value of NOT_INTEGERS) {
        const response = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": value } });
        expect(response.status, value).toBe(400);
        expect(response.headers.has("Location"), value).toBe(false);
      }
      await anUpload(speaker);
    },
  },
  {
    section: "Tus-Version",
    must: "MUST be a comma-separated list of protocol versions, sorted by preference.",
    async shown(speaker) {
      expect(listIn(await speaker.send("OPTIONS", "/files"), "Tus-Version")).toEqual(["1.0.0"]);
    },
  },
  {
    section: "Tus-Resumable",
    must: "MUST be included in every request and response except for OPTIONS requests.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const answers = [
        await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "1" } }),
        await head(speaker, location),
        await patch(speaker, location, 3, HELLO),
        await patch(speaker, location, 0, HELLO),
        await speaker.send("DELETE", location, { headers: TUS }),
        await head(speaker, location),
      ];
      expect(answers.map(({ headers }) => headers.get("Tus-Resumable"))).toEqual(answers.map(() => "1.0.0"));
      const unversioned = await speaker.send("PATCH", location, { headers: { ...OFFSET_STREAM, "Upload-Offset": "0" }, body: HELLO });
      expect(unversioned.status).toBe(412);
    },
  },
  {
    section: "Tus-Resumable",
    must: "An unsupported version MUST be answered 412 with Tus-Version, and the request MUST NOT be processed.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const refused = await patch(speaker, location, 0, HELLO, { "Tus-Resumable": "0.2.2" });
      expect(refused.status).toBe(412);
      expect(refused.headers.get("Tus-Version")).toBe("1.0.0");
      expect(await offsetAt(speaker, location)).toBe(0);
      expect((await patch(speaker, location, 0, HELLO)).status).toBe(204);
    },
  },
  {
    section: "Tus-Extension",
    must: "MUST be a comma-separated list of the extensions supported.",
    async shown(speaker) {
      expect(listIn(await speaker.send("OPTIONS", "/files"), "Tus-Extension").toSorted()).toEqual([
        "checksum",
        "concatenation",
        "creation",
        "creation-defer-length",
        "creation-with-upload",
        "expiration",
        "termination",
      ]);
    },
  },
  {
    section: "Tus-Max-Size",
    must: "MUST be a non-negative integer indicating the maximum size of an entire upload.",
    async shown(speaker) {
      const size = (await speaker.send("OPTIONS", "/files")).headers.get("Tus-Max-Size");
      expect(size).toMatch(/^[1-9][0-9]*$/);
    },
  },
  {
    section: "X-HTTP-Method-Override",
    must: "MUST be interpreted as the request's method; the actual method MUST be ignored.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const patched = await speaker.send("POST", location, {
        headers: { ...TUS, ...OFFSET_STREAM, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH" },
        body: HELLO,
      });
      expect(patched.status).toBe(204);
      const terminated = await speaker.send("POST", location, { headers: { ...TUS, "X-HTTP-Method-Override": "DELETE" } });
      expect(terminated.status).toBe(204);
      expect((await head(speaker, location)).status).toBe(404);
    },
  },
  {
    section: "HEAD",
    must: "MUST always include Upload-Offset, even if it is 0 or the upload is completed.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      expect((await head(speaker, location)).headers.get("Upload-Offset")).toBe("0");
      await patch(speaker, location, 0, HELLO);
      expect((await head(speaker, location)).headers.get("Upload-Offset")).toBe("11");
    },
  },
  {
    section: "HEAD",
    must: "If the size of the upload is known, MUST include Upload-Length.",
    async shown(speaker) {
      expect((await head(speaker, await anUpload(speaker))).headers.get("Upload-Length")).toBe("11");
    },
  },
  {
    section: "HEAD",
    must: "A resource that is not found SHOULD be 404, 410 or 403 without Upload-Offset.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const other = await head(speaker, `${location}x`);
      expect(other.status).toBe(404);
      expect(other.headers.has("Upload-Offset")).toBe(false);
    },
  },
  {
    section: "HEAD",
    must: "MUST prevent caching by Cache-Control: no-store.",
    async shown(speaker) {
      expect((await head(speaker, await anUpload(speaker))).headers.get("Cache-Control")).toBe("no-store");
    },
  },
  {
    section: "PATCH",
    must: "All PATCH requests MUST use application/offset+octet-stream, otherwise SHOULD be 415.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      expect((await patch(speaker, location, 0, HELLO, { "Content-Type": "application/octet-stream" })).status).toBe(415);
      expect(await offsetAt(speaker, location)).toBe(0);
    },
  },
  {
    section: "PATCH",
    must: "An offset that does not match MUST be answered 409 without modifying the upload.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await patch(speaker, location, 0, HELLO.slice(0, 5));
      for (const offset of [0, 4, 6]) expect((await patch(speaker, location, offset, HELLO.slice(5))).status, String(offset)).toBe(409);
      expect(await offsetAt(speaker, location)).toBe(5);
      expect((await patch(speaker, location, 5, HELLO.slice(5))).status).toBe(204);
    },
  },
  {
    section: "PATCH",
    must: "MUST acknowledge with 204 and Upload-Offset, the sum of the offset before and the bytes received.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const first = await patch(speaker, location, 0, HELLO.slice(0, 5));
      expect([first.status, first.headers.get("Upload-Offset")]).toEqual([204, "5"]);
      const second = await patch(speaker, location, 5, HELLO.slice(5));
      expect([second.status, second.headers.get("Upload-Offset")]).toEqual([204, "11"]);
    },
  },
  {
    section: "PATCH",
    must: "Against a non-existent resource SHOULD be 404.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      expect((await patch(speaker, `${location}x`, 0, HELLO)).status).toBe(404);
    },
  },
  {
    section: "OPTIONS",
    must: "A successful response (204 or 200) MUST contain Tus-Version; Tus-Resumable of the request MUST be ignored.",
    async shown(speaker) {
      const location = await created(speaker, { "Upload-Length": "1" });
      for (const url of ["/files", location]) {
        for (const headers of [{}, { "Tus-Resumable": "0.2.2" }]) {
          const response = await speaker.send("OPTIONS", url, { headers });
          expect(response.status).toBe(204);
          expect(response.headers.get("Tus-Version")).toBe("1.0.0");
        }
      }
    },
  },
];
