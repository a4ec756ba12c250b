import { expect } from "vitest";
import { bytesOf, type Requirement } from "#test/conformance/speaker.ts";
import { anUpload, append, create, head, locationIn, NOTHING, problemIn, stateOf } from "./exchanges.ts";

/** RFC 9530, appendix D: the digests of this representation. */
const JSON_BYTES = bytesOf('{"hello": "world"}');
const SAMPLES = {
  "sha-512": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
  "sha-256": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
  md5: "md5=:Sd/dVLAcvNLSq16eXua5uQ==:",
  sha: "sha=:07CavjDP4u3/TungoUHJO/Wzr4c=:",
  crc32c: "crc32c=:Q3lHIA==:",
} as const;
const OF_NOTHING = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
const HALF = 9;

/** draft-ietf-httpbis-resumable-upload-11, "Integrity Digests", with the samples of RFC 9530. */
export const integrity: readonly Requirement[] = [
  {
    section: "Content Digests",
    must: "The content of an append is compared with each digest that can be computed.",
    async shown(speaker) {
      for (const digest of Object.values(SAMPLES)) {
        const done = await append(speaker, await anUpload(speaker, null), 0, "?1", JSON_BYTES, { "Content-Digest": digest });
        expect(done.status, digest).toBe(200);
      }
    },
  },
  {
    section: "Content Digests",
    must: "On a mismatch the content SHOULD NOT be appended, and the failure is signalled.",
    async shown(speaker) {
      const location = await anUpload(speaker, JSON_BYTES.byteLength);
      await append(speaker, location, 0, "?0", JSON_BYTES.slice(0, HALF));
      for (const digest of [SAMPLES["sha-256"], SAMPLES.sha, SAMPLES.md5, SAMPLES.crc32c]) {
        const refused = await append(speaker, location, HALF, "?1", JSON_BYTES.slice(HALF), { "Content-Digest": digest });
        expect(refused.headers.get("Upload-Complete"), digest).toBe("?0");
        expect(await problemIn(refused), digest).toMatchObject({ code: "checksum_mismatch", status: 400 });
      }
      expect(await stateOf(speaker, location)).toEqual([String(HALF), "?0", String(JSON_BYTES.byteLength)]);
    },
  },
  {
    section: "Content Digests",
    must: "A creation whose content is another leaves nothing.",
    async shown(speaker) {
      const refused = await create(speaker, { "Upload-Complete": "?1", "Content-Digest": OF_NOTHING }, JSON_BYTES);
      expect(refused.headers.has("Location")).toBe(false);
      expect(await problemIn(refused)).toMatchObject({ code: "checksum_mismatch" });
    },
  },
  {
    section: "Representation Digests",
    must: "Repr-Digest of a creation is compared with the whole when it is complete.",
    async shown(speaker) {
      const location = await anUpload(speaker, null, { "Repr-Digest": SAMPLES["sha-256"] });
      await append(speaker, location, 0, "?0", JSON_BYTES.slice(0, HALF));
      expect((await append(speaker, location, HALF, "?1", JSON_BYTES.slice(HALF))).status).toBe(200);
    },
  },
  {
    section: "Representation Digests",
    must: "On a mismatch the upload SHOULD be considered failed, signalled as the outcome of processing.",
    async shown(speaker) {
      const location = await anUpload(speaker, null, { "Repr-Digest": OF_NOTHING });
      const failed = await append(speaker, location, 0, "?1", JSON_BYTES);
      expect(failed.headers.get("Upload-Complete")).toBe("?1");
      expect(await problemIn(failed)).toMatchObject({ code: "digest_mismatch", algorithm: "sha256", status: 422 });
      const again = await head(speaker, location);
      expect([again.status, again.headers.get("Upload-Complete")]).toEqual([422, "?1"]);
    },
  },
  {
    section: "Representation Digests",
    must: "What Want-Repr-Digest asks for at creation SHOULD be in the final response, and can be had again.",
    async shown(speaker) {
      const created = await create(speaker, { "Upload-Complete": "?0", "Want-Repr-Digest": "md5=3, sha-256=10, unixsum=1" });
      const location = await locationIn(created);
      const done = await append(speaker, location, 0, "?1", JSON_BYTES);
      const reported = `${SAMPLES["sha-256"]}, ${SAMPLES.md5}, ${SAMPLES.crc32c}`;
      for (const answer of [done, await append(speaker, location, JSON_BYTES.byteLength, "?1", NOTHING), await head(speaker, location)])
        expect(answer.headers.get("Repr-Digest")).toBe(reported);
      const wanted = await create(speaker, { "Upload-Complete": "?1", "Want-Repr-Digest": "crc32c=1" }, JSON_BYTES);
      expect(wanted.headers.get("Repr-Digest")).toBe(SAMPLES.crc32c);
    },
  },
];
