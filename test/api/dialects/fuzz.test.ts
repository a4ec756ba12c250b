import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { patternOf } from "#test/conformance/speaker.ts";
import { dialects, type Dialects } from "./harness.ts";

const FILE = patternOf(64);

const near = (...plausible: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...plausible) },
    { weight: 2, arbitrary: fc.integer({ min: -2, max: 70 }).map(String) },
    { weight: 1, arbitrary: fc.stringMatching(/^[\x21-\x7e]{0,24}$/) },
  );

const header = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string] | null> =>
  fc.option(
    value.map((text) => [name, text] as const),
    { freq: 2 },
  );

const headers = fc
  .tuple(
    header("Tus-Resumable", near("1.0.0", "1.0.0", "1.0.0", "0.2.2")),
    header("Upload-Offset", near("0", "8", "64")),
    header("Upload-Length", near("64", "0", "63")),
    header("Upload-Defer-Length", near("1", "0")),
    header("Upload-Metadata", near("filename YQ==", "sha256 YQ==", "a,b", "filename !")),
    header("Upload-Checksum", near("sha1 YQ==", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "crc7 AA==")),
    header("Upload-Concat", near("partial", "final;/files/x", "final;")),
    header("X-HTTP-Method-Override", near("PATCH", "DELETE", "HEAD", "PUT")),
    header("Content-Type", near("application/offset+octet-stream", "application/partial-upload", "video/mp4", "text")),
    header(
      "Content-Range",
      near("bytes 0-63/64", "bytes */*", "bytes */64", "bytes 0-*/*", "bytes 8-63/64", "bytes 0--1/0", "bytes 1-0/2"),
    ),
    header("Content-Digest", near("sha-256=:AAAA:", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:", "a")),
    header("Repr-Digest", near("sha-256=:AAAA:", "a=1")),
    header("X-Goog-Hash", near("crc32c=AAAA", "md5=AA==", "crc32c")),
    header("If-None-Match", near("*", '"a"', "a")),
    header("X-Upload-Content-Length", near("64", "-1")),
    header("X-GUploader-No-308", near("yes", "no")),
    header("Upload-Draft-Interop-Version", near("8", "6", "5", "8.0")),
    header("Upload-Complete", near("?1", "?0", "?2", "1")),
    header("Content-Disposition", near('inline; filename="a.mp4"', "inline; filename*=UTF-8''%00", "inline")),
    header("Want-Repr-Digest", near("sha-256=1, md5=10", "sha-256=11", "a")),
  )
  .map((pairs) => Object.fromEntries(pairs.filter((pair) => pair !== null)));

const request = fc.record({
  method: fc.constantFrom("POST", "PUT", "PATCH", "HEAD", "DELETE", "GET", "OPTIONS"),
  place: fc.constantFrom("collection", "upload", "unknown", "name", "other-name", "bucket", "malformed-name"),
  headers,
  body: fc.constantFrom(0, 8, 56, 64, 65),
});

/** What is stored, by upload; an upload that was opened and holds nothing is no change that anybody can lose by. */
const stored = ({ intake }: Dialects): string =>
  JSON.stringify(
    [...intake.sessions].flatMap(([id, session]) => {
      const progress = session.progress();
      return progress === null || progress.storedBytes === 0
        ? []
        : [[id, progress.status, progress.offset, progress.storedBytes, progress.length]];
    }),
  );

const problem = z.object({ code: z.string() });

const speaking = [
  ["in any dialect", {}, []],
  ["in tus", { "Tus-Resumable": "1.0.0" }, []],
  ["in the IETF's", { "Upload-Draft-Interop-Version": "8" }, ["Tus-Resumable"]],
] as const;

test.for(speaking)("whatever the headers say %s, there is an answer, and a refusal has a code and changes nothing", async (dialect) => {
  const [, always, never] = dialect;
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
      const api = dialects();
      const created = await api.send("POST", "/files", { headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "64" } });
      const upload = created.headers.get("Location") ?? "";
      const paths: Record<(typeof requests)[number]["place"], string> = {
        collection: "/files",
        upload,
        unknown: "/files/upl_00000000000000000000000000.x",
        name: "/upload/a.mp4",
        "other-name": "/upload/b.mp4",
        bucket: "/upload/storage/v1/b/media/o?uploadType=resumable&name=a",
        "malformed-name": "/upload/%ff",
      };
      await api.send("PUT", "/upload/a.mp4", { headers: { "Content-Range": "bytes 0-7/64" }, body: FILE.slice(0, 8) });

      for (const { method, place, headers: drawn, body } of requests) {
        const sent = Object.fromEntries(Object.entries({ ...drawn, ...always }).filter(([name]) => !never.some((left) => left === name)));
        const before = stored(api);
        const bodiless = method === "HEAD" || method === "GET" || body === 0;
        const answer = await api.send(method, paths[place], { headers: sent, ...(!bodiless && { body: patternOf(body) }) });
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400 && answer.status !== 499) {
          if (method !== "HEAD") expect(problem.parse(await answer.json()).code).not.toBe("internal");
          expect(stored(api)).toBe(before);
        }
      }
    }),
    { numRuns: 300 },
  );
});
