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
  problemIn,
  registered,
  stateOf,
} from "./exchanges.ts";

const NOT_INTEGERS = ["-1", "+1", "1e1", "0x1", "1.0", "one", '"0"', "?0", "0, 0", "1000000000000000"];
const NOT_BOOLEANS = ["1", "0", "true", "?2", '"?1"', "?1, ?1"];

/** draft-ietf-httpbis-resumable-upload-11, "State". */
export const state: readonly Requirement[] = [
  {
    section: "Offset",
    must: "The offset MUST NOT decrease.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      for (const [offset, body] of [
        [0, HELLO.slice(0, 2)],
        [2, HELLO],
        [9, HELLO.slice(9)],
      ] as const) {
        await append(speaker, location, offset, "?0", body);
        expect(await stateOf(speaker, location)).toEqual(["5", "?0", "11"]);
      }
    },
  },
  {
    section: "Offset",
    must: "Upload-Offset that is not a non-negative Integer MUST be ignored: an append then has none.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      for (const value of NOT_INTEGERS) {
        const refused = await append(speaker, location, 0, "?0", HELLO.slice(0, 5), { "Upload-Offset": value });
        expect(await problemIn(refused), value).toMatchObject({ code: "missing_header", header: "Upload-Offset", status: 400 });
      }
      expect(await stateOf(speaker, location)).toEqual(["0", "?0", "11"]);
      expect((await append(speaker, location, 0, "?0", HELLO.slice(0, 5), { "Upload-Offset": "0;a=1" })).status).toBe(204);
    },
  },
  {
    section: "Completeness",
    must: "Upload-Complete that is not a Boolean MUST be ignored: an append then has none.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      for (const value of NOT_BOOLEANS) {
        const refused = await append(speaker, location, 0, "?0", HELLO, { "Upload-Complete": value });
        expect(await problemIn(refused), value).toMatchObject({ code: "missing_header", header: "Upload-Complete", status: 400 });
      }
      expect(await stateOf(speaker, location)).toEqual(["0", "?0", "11"]);
    },
  },
  {
    section: "Completeness",
    must: "An upload is incomplete until a request with a true value was fully received.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      await append(speaker, location, 0, "?0", HELLO.slice(0, 5));
      expect(await stateOf(speaker, location)).toEqual(["5", "?0", "11"]);
      await append(speaker, location, 5, "?1", HELLO.slice(5));
      expect(await stateOf(speaker, location)).toEqual(["11", "?1", "11"]);
    },
  },
  {
    section: "Length",
    must: "Upload-Length that is not a non-negative Integer MUST be ignored.",
    async shown(speaker) {
      for (const value of NOT_INTEGERS) {
        const created = await create(speaker, { "Upload-Complete": "?0", "Upload-Length": value });
        expect(created.status, value).toBe(201);
        expect(await stateOf(speaker, await locationIn(created)), value).toEqual(["0", "?0", null]);
      }
    },
  },
  {
    section: "Length",
    must: "If Upload-Length and a last request's Content-Length are both present, their lengths MUST match.",
    async shown(speaker) {
      const created = await create(speaker, { "Upload-Complete": "?1", "Upload-Length": "12" }, HELLO);
      expect(created.headers.has("Location")).toBe(false);
      expect(await problemIn(created)).toMatchObject({
        type: registered("inconsistent-upload-length"),
        code: "length_mismatch",
        status: 400,
      });

      const location = await anUpload(speaker, null);
      const appended = await append(speaker, location, 0, "?1", HELLO, { "Upload-Length": "12" });
      expect(appended.headers.get("Upload-Complete")).toBe("?0");
      expect(await problemIn(appended)).toMatchObject({ type: registered("inconsistent-upload-length"), code: "length_mismatch" });
      expect((await append(speaker, location, 0, "?1", HELLO, { "Upload-Length": "11" })).status).toBe(200);
    },
  },
  {
    section: "Length",
    must: "If several requests tell the length, their values MUST match.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      for (const [complete, body, headers] of [
        ["?0", HELLO.slice(0, 5), { "Upload-Length": "12" }],
        ["?1", HELLO.slice(0, 5), {}],
      ] as const) {
        const refused = await append(speaker, location, 0, complete, body, headers);
        expect(await problemIn(refused)).toMatchObject({ type: registered("inconsistent-upload-length"), code: "length_mismatch" });
      }
      expect(await stateOf(speaker, location)).toEqual(["0", "?0", "11"]);
    },
  },
  {
    section: "Length",
    must: "Length and offset do not determine whether an upload is complete.",
    async shown(speaker) {
      const location = await anUpload(speaker);
      const whole = await append(speaker, location, 0, "?0", HELLO);
      expect([whole.status, whole.headers.get("Upload-Complete")]).toEqual([204, "?0"]);
      expect(await stateOf(speaker, location)).toEqual(["11", "?0", "11"]);
      expect((await append(speaker, location, 11, "?1", NOTHING)).headers.get("Upload-Complete")).toBe("?1");
      expect(await stateOf(speaker, location)).toEqual(["11", "?1", "11"]);
    },
  },
  {
    section: "Length",
    must: "So it is of an upload of no bytes.",
    async shown(speaker) {
      const location = await anUpload(speaker, 0);
      expect(await stateOf(speaker, location)).toEqual(["0", "?0", "0"]);
      expect((await append(speaker, location, 0, "?1", NOTHING)).status).toBe(200);
      expect(await stateOf(speaker, location)).toEqual(["0", "?1", "0"]);
    },
  },
  {
    section: "Limits",
    must: "Upload-Limit is a Dictionary of Integers, and max-age is what remains.",
    async shown(speaker) {
      const announced = limitsIn(await speaker.send("OPTIONS", "/files"));
      expect(Object.keys(announced)).toEqual(["max-size", "min-size", "max-append-size", "max-age"]);
      const limits = limitsIn(await head(speaker, await anUpload(speaker)));
      expect(limits).toMatchObject({ ...announced, "max-age": expect.any(Number) as unknown });
      expect(limits["max-age"]).toBeLessThanOrEqual(announced["max-age"] ?? 0);
      expect(limits["max-age"]).toBeGreaterThan((announced["max-age"] ?? 0) - 60);
    },
  },
  {
    section: "Limits",
    must: "A length beyond max-size is answered 413, which MUST have Upload-Limit.",
    async shown(speaker) {
      const announced = limitsIn(await speaker.send("OPTIONS", "/files"));
      const refused = await create(speaker, { "Upload-Complete": "?0", "Upload-Length": String((announced["max-size"] ?? 0) + 1) });
      expect([refused.status, limitsIn(refused)["max-size"]]).toEqual([413, announced["max-size"]]);
    },
  },
  {
    section: "Limits",
    must: "OPTIONS MUST include Accept-Patch with application/partial-upload, and (since draft-12) Upload-Limit.",
    async shown(speaker) {
      for (const target of ["/files", await anUpload(speaker), "/upload/discovered.mp4"]) {
        for (const headers of [{}, DRAFT]) {
          const answer = await speaker.send("OPTIONS", target, { headers });
          expect(answer.status, target).toBe(204);
          expect(answer.headers.get("Accept-Patch")?.split(", "), target).toContain("application/partial-upload");
          expect(limitsIn(answer)["min-size"], target).toBe(0);
        }
      }
    },
  },
];
