import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Requirement } from "#test/conformance/speaker.ts";
import { bytesOf } from "#test/conformance/speaker.ts";
import { anUpload, created, head, HELLO, joined, listIn, OFFSET_STREAM, offsetAt, partial, patch, TUS } from "./exchanges.ts";

const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest("base64");

/** tus 1.0.0, "Checksum", "Termination" and "Concatenation". */
export const integrity: readonly Requirement[] = [
  {
    section: "Checksum",
    must: "MUST add checksum to Tus-Extension; Tus-Checksum-Algorithm MUST be in the response to OPTIONS; at least sha1.",
    async shown(speaker) {
      const options = await speaker.send("OPTIONS", "/files");
      expect(listIn(options, "Tus-Extension")).toContain("checksum");
      const algorithms = listIn(options, "Tus-Checksum-Algorithm");
      expect(algorithms).toContain("sha1");
      for (const name of algorithms) expect(name).toMatch(/^[\x21-\x40\x5b-\x7e]+$/);
    },
  },
  {
    section: "Checksum",
    must: "MUST verify the chunk against the checksum.",
    async shown(speaker) {
      for (const algorithm of ["sha1", "sha256", "md5"]) {
        const location = await anUpload(speaker);
        const answer = await patch(speaker, location, 0, HELLO, { "Upload-Checksum": `${algorithm} ${digest(algorithm, HELLO)}` });
        expect(answer.status, algorithm).toBe(204);
      }
    },
  },
  {
    section: "Checksum",
    must: "On a mismatch (460) the chunk MUST be discarded and the offset MUST NOT be updated.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await patch(speaker, location, 0, HELLO.slice(0, 5));
      const wrong = await patch(speaker, location, 5, HELLO.slice(5), { "Upload-Checksum": `sha1 ${digest("sha1", HELLO)}` });
      expect(wrong.status).toBe(460);
      expect(await offsetAt(speaker, location)).toBe(5);
      const right = await patch(speaker, location, 5, HELLO.slice(5), { "Upload-Checksum": `sha1 ${digest("sha1", HELLO.slice(5))}` });
      expect(right.status).toBe(204);
    },
  },
  {
    section: "Checksum",
    must: "With an unsupported algorithm (400) the chunk MUST be discarded and the offset MUST NOT be updated.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      expect((await patch(speaker, location, 0, HELLO, { "Upload-Checksum": `crc7 ${digest("sha1", HELLO)}` })).status).toBe(400);
      expect(await offsetAt(speaker, location)).toBe(0);
    },
  },
  {
    section: "Upload-Checksum",
    must: "MUST consist of the algorithm's name and the Base64 checksum separated by a space.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      for (const value of ["sha1", `sha1:${digest("sha1", HELLO)}`, "sha1 !!!!", "sha1 AAAA"]) {
        expect((await patch(speaker, location, 0, HELLO, { "Upload-Checksum": value })).status, value).toBe(400);
      }
      expect(await offsetAt(speaker, location)).toBe(0);
    },
  },
  {
    section: "Termination",
    must: "MUST be announced by termination in Tus-Extension.",
    async shown(speaker) {
      expect(listIn(await speaker.send("OPTIONS", "/files"), "Tus-Extension")).toContain("termination");
    },
  },
  {
    section: "Termination, DELETE",
    must: "MUST respond with 204; all future requests SHOULD be 404 or 410. For completed and unfinished uploads.",
    async shown(speaker) {
      for (const sent of [HELLO.slice(0, 5), HELLO]) {
        const location = await anUpload(speaker);
        await patch(speaker, location, 0, sent);
        expect((await speaker.send("DELETE", location, { headers: TUS })).status).toBe(204);
        expect((await head(speaker, location)).status).toBe(404);
        expect((await patch(speaker, location, sent.byteLength, HELLO.slice(sent.byteLength))).status).toBe(404);
      }
    },
  },
  {
    section: "Concatenation",
    must: "MUST add concatenation to Tus-Extension, and announces concatenation-unfinished only if it can.",
    async shown(speaker) {
      const extensions = listIn(await speaker.send("OPTIONS", "/files"), "Tus-Extension");
      expect(extensions).toContain("concatenation");
      expect(extensions).not.toContain("concatenation-unfinished");
      const open = await created(speaker, { "Upload-Concat": "partial", "Upload-Length": "5" });
      expect((await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Concat": joined(open) } })).status).toBe(400);
    },
  },
  {
    section: "Concatenation",
    must: "The length of the final upload MUST be the sum of its partials', joined in the order of the list.",
    async shown(speaker) {
      const [world, hello] = [await partial(speaker, bytesOf(" world")), await partial(speaker, bytesOf("hello"))];
      const sha256 = Buffer.from(createHash("sha256").update(HELLO).digest("hex")).toString("base64");
      const final = await created(speaker, { "Upload-Concat": joined(hello, world), "Upload-Metadata": `sha256 ${sha256}` });
      const answer = await head(speaker, final);
      expect([answer.headers.get("Upload-Offset"), answer.headers.get("Upload-Length")]).toEqual(["11", "11"]);
    },
  },
  {
    section: "Concatenation",
    must: "The client MUST NOT include Upload-Length in the final creation.",
    async shown(speaker) {
      const piece = await partial(speaker, HELLO);
      const headers = { ...TUS, "Upload-Concat": joined(piece) };
      expect((await speaker.send("POST", "/files", { headers: { ...headers, "Upload-Length": "11" } })).status).toBe(400);
      expect((await speaker.send("POST", "/files", { headers })).status).toBe(201);
    },
  },
  {
    section: "Concatenation",
    must: "PATCH against a final upload MUST be 403 and MUST NOT modify it or its partials.",
    async shown(speaker) {
      const piece = await partial(speaker, HELLO);
      const final = await created(speaker, { "Upload-Concat": joined(piece, piece) });
      for (const offset of [0, 22]) expect((await patch(speaker, final, offset, HELLO)).status, String(offset)).toBe(403);
      expect(await offsetAt(speaker, final)).toBe(22);
      expect(await offsetAt(speaker, piece)).toBe(11);
    },
  },
  {
    section: "Concatenation",
    must: "The partials' metadata SHALL NOT be transferred to the final upload.",
    async shown(speaker) {
      const piece = await created(
        speaker,
        { ...OFFSET_STREAM, "Upload-Concat": "partial", "Upload-Length": "11", "Upload-Metadata": "secret YQ==" },
        { body: HELLO },
      );
      const final = await created(speaker, { "Upload-Concat": joined(piece), "Upload-Metadata": "title Yg==" });
      expect((await head(speaker, final)).headers.get("Upload-Metadata")).toBe("title Yg==");
    },
  },
  {
    section: "Concatenation",
    must: "HEAD of a partial upload MUST contain Upload-Offset; of partial and final, Upload-Concat as received.",
    async shown(speaker) {
      const piece = await partial(speaker, HELLO);
      const partialAnswer = await head(speaker, piece);
      expect([partialAnswer.headers.get("Upload-Offset"), partialAnswer.headers.get("Upload-Concat")]).toEqual(["11", "partial"]);
      const concat = joined(piece);
      expect((await head(speaker, await created(speaker, { "Upload-Concat": concat }))).headers.get("Upload-Concat")).toBe(concat);
    },
  },
  {
    section: "Upload-Concat",
    must: "MUST be partial, or final; and a list of URLs, absolute or relative, without spaces in them.",
    async shown(speaker) {
      const piece = await partial(speaker, HELLO);
      for (const value of [
        "Partial",
        "final",
        "final;",
        `final;${piece}  ${piece}`,
        `final ${piece}`,
        "final;https://elsewhere.invalid/a",
      ]) {
        const response = await speaker.send("POST", "/files", { headers: { ...TUS, "Upload-Concat": value } });
        expect(response.status, value).toBe(400);
      }
      await created(speaker, { "Upload-Concat": `final;${piece}` });
      await created(speaker, { "Upload-Concat": joined(piece) });
    },
  },
];
