import { expect } from "vitest";
import { patternOf, type Requirement } from "#test/conformance/speaker.ts";
import {
  aName,
  aSession,
  bothPlaces,
  EMPTY,
  expectComplete,
  expectIncomplete,
  expectProblem,
  FILE,
  KIB_256,
  PART,
  put,
} from "./exchanges.ts";

/** "Uploading the file": what a PUT of bytes is answered. */
export const storing: readonly Requirement[] = [
  {
    section: "Single request",
    must: "A PUT without Content-Range is the whole file and is answered 200 with its receipt.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) await expectComplete(await put(speaker, url, null, FILE), FILE);
    },
  },
  {
    section: "Single request",
    must: "bytes 0-*/N and bytes 0-*/* are the rest of the file.",
    async shown(speaker) {
      for (const form of [`bytes 0-*/${FILE.byteLength}`, "bytes 0-*/*"]) {
        for (const url of await bothPlaces(speaker)) await expectComplete(await put(speaker, url, form, FILE), FILE);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "A chunk that is not the last is answered 308 with Range: bytes=0-N, inclusive, and no Location.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await expectIncomplete(await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000)), 1000);
        await expectIncomplete(await put(speaker, url, "bytes 1000-1999/3000", FILE.slice(1000, 2000)), 2000);
        await expectComplete(await put(speaker, url, "bytes 2000-2999/3000", FILE.slice(2000)), FILE);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "Chunks of 256 KiB with a total that the last one tells.",
    async shown(speaker) {
      const file = patternOf(2 * KIB_256 + 7);
      for (const url of await bothPlaces(speaker)) {
        await expectIncomplete(await put(speaker, url, `bytes 0-${KIB_256 - 1}/*`, file.slice(0, KIB_256)), KIB_256);
        await expectIncomplete(
          await put(speaker, url, `bytes ${KIB_256}-${2 * KIB_256 - 1}/*`, file.slice(KIB_256, 2 * KIB_256)),
          2 * KIB_256,
        );
        await expectComplete(
          await put(speaker, url, `bytes ${2 * KIB_256}-${file.byteLength - 1}/${file.byteLength}`, file.slice(2 * KIB_256)),
          file,
        );
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "A total that turns out after the last byte is told by bytes */N.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await expectIncomplete(await put(speaker, url, "bytes 0-2999/*", FILE), 3000);
        await expectComplete(await put(speaker, url, "bytes */3000"), FILE);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "Bytes that are stored already are skipped, not refused.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await put(speaker, url, "bytes 0-1499/3000", FILE.slice(0, 1500));
        await expectIncomplete(await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000)), 1500);
        await expectIncomplete(await put(speaker, url, "bytes 1000-1999/3000", FILE.slice(1000, 2000)), 2000);
        await expectComplete(await put(speaker, url, "bytes 0-2999/3000", FILE), FILE);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "A gap is refused, and the refusal says how far the upload is.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000));
        const refused = await put(speaker, url, "bytes 1001-1999/3000", FILE.slice(1001, 2000));
        expect(refused.headers.get("Range")).toBe("bytes=0-999");
        await expectProblem(refused, 409, "range_gap");
        await expectIncomplete(await put(speaker, url, "bytes */3000"), 1000);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "A body of another length than its range is refused.",
    async shown(speaker) {
      for (const url of await bothPlaces(speaker)) {
        await expectProblem(await put(speaker, url, "bytes 0-1000/3000", FILE.slice(0, 1000)), 400, "body_length_mismatch");
        await expectIncomplete(await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000)), 1000);
      }
    },
  },
  {
    section: "Multiple chunks",
    must: "A total that changes is refused.",
    async shown(speaker) {
      const url = await aSession(speaker);
      await put(speaker, url, "bytes 0-999/3000", FILE.slice(0, 1000));
      const refused = await put(speaker, url, "bytes 1000-1999/3001", FILE.slice(1000, 2000));
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.status).toBeLessThan(500);
      await expectIncomplete(await put(speaker, url, "bytes */*"), 1000);
    },
  },
  {
    section: "Empty file",
    must: "bytes */0, bytes 0--1/0, bytes 0-*/* and a whole PUT, all without a body, complete an upload of no bytes.",
    async shown(speaker) {
      for (const form of ["bytes */0", "bytes 0--1/0", "bytes 0-*/*", "bytes 0-*/0", null]) {
        await expectComplete(await put(speaker, await aSession(speaker), form), EMPTY);
      }
      for (const form of ["bytes 0--1/0", "bytes 0-*/*", "bytes 0-*/0", null])
        await expectComplete(await put(speaker, aName(), form), EMPTY);
    },
  },
  {
    section: "Swarm",
    must: "Ranges that begin at a part's start come in any order; Range says what is whole from the beginning.",
    async shown(speaker) {
      const file = patternOf(PART + 1000);
      const total = file.byteLength;
      for (const url of [await aSession(speaker, { "X-Upload-Content-Length": String(total) }), aName()]) {
        await expectIncomplete(await put(speaker, url, `bytes ${PART}-${total - 1}/${total}`, file.slice(PART)), 0);
        await expectComplete(await put(speaker, url, `bytes 0-${PART - 1}/${total}`, file.slice(0, PART)), file);
      }
    },
  },
  {
    section: "Verb",
    must: "POST is taken as PUT, as older clients send it.",
    async shown(speaker) {
      const url = await aSession(speaker);
      const chunk = { headers: { "Content-Range": "bytes 0-999/3000" }, body: FILE.slice(0, 1000) };
      await expectIncomplete(await speaker.send("POST", url, chunk), 1000);
    },
  },
];
