import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Requirement } from "#test/conformance/speaker.ts";
import { aName, aSession, bothPlaces, expectComplete, expectIncomplete, expectProblem, FILE, put } from "./exchanges.ts";

/** "Check the upload status", "Cancel", and what comes after the end. */
export const asking: readonly Requirement[] = [
  {
    section: "Status",
    must: "bytes */* and bytes */N are answered 308; without Range while nothing is stored.",
    async shown(speaker) {
      const url = await aSession(speaker);
      for (const form of ["bytes */*", "bytes */3000"]) await expectIncomplete(await put(speaker, url, form), 0);
      await put(speaker, url, "bytes 0-0/3000", FILE.slice(0, 1));
      for (const form of ["bytes */*", "bytes */3000"]) await expectIncomplete(await put(speaker, url, form), 1);
    },
  },
  {
    section: "Status",
    must: "A complete upload is answered 200 with the receipt of its completion, however often.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        const receipt = await expectComplete(await put(speaker, url, null, FILE), FILE);
        for (const form of ["bytes */*", "bytes */3000"])
          expect(await expectComplete(await put(speaker, url, form), FILE)).toEqual(receipt);
      }
    },
  },
  {
    section: "Status",
    must: "A question with a body is refused.",
    async shown(speaker) {
      await expectProblem(await put(speaker, await aSession(speaker), "bytes */3000", FILE), 400, "invalid_header");
    },
  },
  {
    section: "Status",
    must: "An unknown session or name is 404.",
    async shown(speaker) {
      await expectProblem(await put(speaker, `${await aSession(speaker)}x`, "bytes */*"), 404, "upload_not_found");
      await expectProblem(await put(speaker, aName(), "bytes */*"), 404, "upload_not_found");
    },
  },
  {
    section: "Lost reply",
    must: "The last range sent again is answered 200 with the same receipt.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await put(speaker, url, "bytes 0-1999/3000", FILE.slice(0, 2000));
        const receipt = await expectComplete(await put(speaker, url, "bytes 2000-2999/3000", FILE.slice(2000)), FILE);
        expect(await expectComplete(await put(speaker, url, "bytes 2000-2999/3000", FILE.slice(2000)), FILE)).toEqual(receipt);
      }
    },
  },
  {
    section: "Existing name",
    must: "A new whole PUT of a complete name is 409, with If-None-Match: * 412.",
    async shown(speaker) {
      const url = aName();
      await expectComplete(await put(speaker, url, null, FILE, { "If-None-Match": "*" }), FILE);
      await expectProblem(await put(speaker, url, null, FILE), 409, "already_exists");
      await expectProblem(await put(speaker, url, null, FILE, { "If-None-Match": "*" }), 412, "precondition_failed");
    },
  },
  {
    section: "Open name",
    must: "A whole PUT goes on with the upload of its name that is open.",
    async shown(speaker) {
      const url = aName();
      await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000));
      await expectComplete(await put(speaker, url, null, FILE), FILE);
    },
  },
  {
    section: "Cancel",
    must: "DELETE of a session is answered 499, and the session is gone.",
    async shown(speaker) {
      const url = await aSession(speaker);
      await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000));
      expect((await speaker.send("DELETE", url)).status).toBe(499);
      await expectProblem(await put(speaker, url, "bytes */*"), 410, "upload_gone");
    },
  },
  {
    section: "No 308",
    must: "X-GUploader-No-308: yes gets 200 with X-HTTP-Status-Code-Override: 308.",
    async shown(speaker) {
      const url = await aSession(speaker);
      const answer = await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000), { "X-GUploader-No-308": "yes" });
      expect([answer.status, answer.headers.get("X-HTTP-Status-Code-Override"), answer.headers.get("Range")]).toEqual([
        200,
        "308",
        "bytes=0-999",
      ]);
      const final = await put(speaker, url, "bytes 1000-2999/3000", FILE.slice(1000), { "X-GUploader-No-308": "yes" });
      expect(final.headers.has("X-HTTP-Status-Code-Override")).toBe(false);
      await expectComplete(final, FILE);
    },
  },
  {
    section: "Integrity",
    must: "Content-Digest of a chunk that is wrong discards it.",
    async shown(speaker) {
      const digest = (bytes: Uint8Array): string => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
      for (const url of await bothPlaces(speaker)) {
        await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000));
        const refused = await put(speaker, url, "bytes 1000-2999/3000", FILE.slice(1000), { "Content-Digest": digest(FILE) });
        expect(refused.status).toBeGreaterThanOrEqual(400);
        await expectIncomplete(await put(speaker, url, "bytes */*"), 1000);
        const taken = await put(speaker, url, "bytes 1000-2999/3000", FILE.slice(1000), { "Content-Digest": digest(FILE.slice(1000)) });
        await expectComplete(taken, FILE);
      }
    },
  },
  {
    section: "Integrity",
    must: "X-Goog-Hash and Repr-Digest are held against the whole, and a wrong one leaves no asset.",
    async shown(speaker) {
      const other = FILE.slice(1);
      const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("base64");
      const sha256 = (bytes: Uint8Array): string => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
      for (const [header, value] of [
        ["X-Goog-Hash", `md5=${md5(other)}`],
        ["Repr-Digest", sha256(other)],
      ] as const) {
        const url = await aSession(speaker);
        const refused = await put(speaker, url, null, FILE, { [header]: value });
        expect(refused.status).toBeGreaterThanOrEqual(400);
        expect((await put(speaker, url, "bytes */*")).status).toBeGreaterThanOrEqual(400);
      }
      const receipt = await expectComplete(
        await put(speaker, await aSession(speaker), null, FILE, { "X-Goog-Hash": `md5=${md5(FILE)}`, "Repr-Digest": sha256(FILE) }),
        FILE,
      );
      expect(receipt.md5Hash).toBe(md5(FILE));
    },
  },
  {
    section: "Session",
    must: "POST with uploadType=resumable or X-Upload-Content-* is answered 200 with a Location and holds the announced length.",
    async shown(speaker) {
      const byHeaders = await speaker.send("POST", "/files", {
        headers: { "X-Upload-Content-Length": "3000", "X-Upload-Content-Type": "video/mp4" },
      });
      expect(byHeaders.status).toBe(200);
      const url = byHeaders.headers.get("Location") ?? "";
      expect((await put(speaker, url, "bytes 0-3000/3001", new Uint8Array(3001))).status).toBeGreaterThanOrEqual(400);
      await expectComplete(await put(speaker, url, null, FILE), FILE);
    },
  },
  {
    section: "Session",
    must: "YouTube's and Cloud Storage's creation URLs open the same sessions.",
    async shown(speaker) {
      const json = { "Content-Type": "application/json", "X-Upload-Content-Length": "3000" };
      for (const [path, resource, name] of [
        ["/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status", { snippet: { title: "A film" } }, "A film"],
        ["/upload/storage/v1/b/media/o?uploadType=resumable&name=films%2Fa.mp4", {}, "a.mp4"],
      ] as const) {
        const answer = await speaker.send("POST", path, { headers: json, body: Uint8Array.from(Buffer.from(JSON.stringify(resource))) });
        expect(answer.status).toBe(200);
        expect((await expectComplete(await put(speaker, answer.headers.get("Location") ?? "", null, FILE), FILE)).name).toBe(name);
      }
    },
  },
];
