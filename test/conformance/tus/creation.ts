import { expect } from "vitest";
import type { Requirement } from "#test/conformance/speaker.ts";
import { anUpload, created, head, HELLO, listIn, OFFSET_STREAM, offsetAt, patch, TUS } from "./exchanges.ts";

const MALFORMED_METADATA = ["filename bad!", "a YQ== YQ==", "a YQ==,a YQ==", "a YQ==,,b YQ==", ",", "a YQ"];

const advertised = (name: string): Requirement["shown"] =>
  async function shown(speaker) {
    expect(listIn(await speaker.send("OPTIONS", "/files"), "Tus-Extension")).toContain(name);
  };

/** tus 1.0.0, "Creation", "Creation With Upload" and "Expiration". */
export const creation: readonly Requirement[] = [
  { section: "Creation", must: "MUST add creation to Tus-Extension.", shown: advertised("creation") },
  { section: "Creation", must: "If lengths can be deferred, MUST add creation-defer-length.", shown: advertised("creation-defer-length") },
  { section: "Creation With Upload", must: "MUST advertise creation-with-upload.", shown: advertised("creation-with-upload") },
  { section: "Expiration", must: "MUST add expiration to Tus-Extension.", shown: advertised("expiration") },
  {
    section: "Upload-Defer-Length",
    must: "Its value MUST be 1; another is answered 400.",
    async shown(speaker) {
      for (const value of ["0", "2", "true", "01"]) {
        const response = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Defer-Length": value } });
        expect(response.status, value).toBe(400);
      }
      await created(speaker, { "Upload-Defer-Length": "1" });
    },
  },
  {
    section: "Upload-Defer-Length",
    must: "If the length is not deferred, this header MUST be omitted.",
    async shown(speaker) {
      expect((await head(speaker, await anUpload(speaker))).headers.has("Upload-Defer-Length")).toBe(false);
      const both = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Defer-Length": "1", "Upload-Length": "1" } });
      expect(both.status).toBe(400);
    },
  },
  {
    section: "Upload-Metadata",
    must: "Comma-separated pairs; keys MUST be unique, not empty and without spaces and commas; values MUST be Base64.",
    async shown(speaker) {
      for (const value of MALFORMED_METADATA) {
        const response = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "1", "Upload-Metadata": value } });
        expect(response.status, value).toBe(400);
      }
      await created(speaker, { "Upload-Length": "1", "Upload-Metadata": "filename bW92aWUubXA0,is_confidential" });
    },
  },
  {
    section: "Creation, POST",
    must: "MUST include Upload-Length or Upload-Defer-Length.",
    async shown(speaker) {
      expect((await speaker.send("POST", "/files", { headers: TUS })).status).toBe(400);
    },
  },
  {
    section: "Creation, POST",
    must: "As long as the length is not known, MUST set Upload-Defer-Length: 1 in all responses to HEAD.",
    async shown(speaker) {
      const location = await created(speaker, { "Upload-Defer-Length": "1" });
      await patch(speaker, location, 0, HELLO.slice(0, 5));
      const deferred = await head(speaker, location);
      expect(deferred.headers.get("Upload-Defer-Length")).toBe("1");
      expect(deferred.headers.has("Upload-Length")).toBe(false);
      await patch(speaker, location, 5, HELLO.slice(5, 6), { "Upload-Length": "11" });
      const known = await head(speaker, location);
      expect(known.headers.has("Upload-Defer-Length")).toBe(false);
      expect(known.headers.get("Upload-Length")).toBe("11");
    },
  },
  {
    section: "Creation, POST",
    must: "Once set the length MUST NOT be changed.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const refused = await patch(speaker, location, 0, HELLO, { "Upload-Length": "12" });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.status).toBeLessThan(500);
      const now = await head(speaker, location);
      expect([now.headers.get("Upload-Length"), now.headers.get("Upload-Offset")]).toEqual(["11", "0"]);
      expect((await patch(speaker, location, 0, HELLO, { "Upload-Length": "11" })).status).toBe(204);
    },
  },
  {
    section: "Creation, POST",
    must: "HEAD MUST include Upload-Metadata as specified by the client.",
    async shown(speaker) {
      const metadata = "filename bW92aWUubXA0,is_confidential,raw AP8=";
      const location = await created(speaker, { "Upload-Length": "1", "Upload-Metadata": metadata });
      expect((await head(speaker, location)).headers.get("Upload-Metadata")).toBe(metadata);
    },
  },
  {
    section: "Creation, POST",
    must: "A length beyond Tus-Max-Size MUST be answered 413.",
    async shown(speaker) {
      const max = Number((await speaker.send("OPTIONS", "/files")).headers.get("Tus-Max-Size"));
      expect((await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": String(max + 1) } })).status).toBe(413);
    },
  },
  {
    section: "Creation, POST",
    must: "MUST acknowledge with 201, and MUST set Location.",
    async shown(speaker) {
      const response = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "1" } });
      expect(response.status).toBe(201);
      expect(response.headers.get("Location")).toMatch(/^https?:\/\/[^/]+\/files\/[^/]+$/);
    },
  },
  {
    section: "Creation With Upload",
    must: "MUST include Upload-Offset, set to the offset after applying the accepted bytes.",
    async shown(speaker) {
      const headers = { ...TUS, ...OFFSET_STREAM, "Upload-Length": "11" };
      const response = await speaker.send("POST", "/files", { headers, body: HELLO.slice(0, 5) });
      expect([response.status, response.headers.get("Upload-Offset")]).toEqual([201, "5"]);
      expect(await offsetAt(speaker, response.headers.get("Location") ?? "")).toBe(5);
    },
  },
  {
    section: "Creation With Upload",
    must: "The client MUST include Content-Type: application/offset+octet-stream.",
    async shown(speaker) {
      const headers = { ...TUS, "Content-Type": "application/octet-stream", "Upload-Length": "11" };
      expect((await speaker.send("POST", "/files", { headers, body: HELLO.slice(0, 5) })).status).toBe(415);
    },
  },
  {
    section: "Upload-Expires",
    must: "MUST be in every PATCH response and in that of the creation, in the format of RFC 7231.",
    async shown(speaker) {
      const creationAnswer = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Length": "11" } });
      const patchAnswer = await patch(speaker, creationAnswer.headers.get("Location") ?? "", 0, HELLO.slice(0, 5));
      for (const { headers } of [creationAnswer, patchAnswer]) {
        const expires = headers.get("Upload-Expires") ?? "";
        expect(new Date(expires).toUTCString()).toBe(expires);
      }
    },
  },
];
