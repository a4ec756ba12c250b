import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSessionRequest, refuses308 } from "#api/headers/google.ts";
import { ok } from "#domain/result.ts";
import { hostileText } from "./hostile-text.ts";
import { invalidHeader, refusal } from "./refusal.ts";

const NOTHING = { name: null, title: null, contentType: null, length: null, metadata: {}, declared: {} };

type Request = { query?: string; headers?: Record<string, string>; resource?: unknown; body?: string };

function parse({ query = "uploadType=resumable", headers = {}, resource, body }: Request = {}) {
  return parseSessionRequest(
    new URLSearchParams(query),
    new Headers(headers),
    body ?? (resource === undefined ? "" : JSON.stringify(resource)),
  );
}

const invalidRequest = (pointer?: string) => refusal("invalid_request", pointer === undefined ? {} : { pointer });

test("asks for nothing but the upload type", () => {
  expect(parse()).toEqual(ok(NOTHING));
  expect(parse({ body: "{}" })).toEqual(ok(NOTHING));
});

test.each([
  "",
  "uploadType=media",
  "uploadType=multipart",
  "uploadType=Resumable",
  "uploadType=",
  "uploadtype=resumable",
  "uploadType=resumable&uploadType=resumable",
])("refuses the query %j", (query) => {
  expect(parse({ query })).toEqual(invalidRequest());
});

test("takes what Cloud Storage's clients send", () => {
  const request = {
    query: "name=videos%2Fa.mp4&uploadType=resumable&userProject=p",
    headers: { "X-Upload-Content-Type": "video/MP4", "X-Upload-Content-Length": "1048576" },
    resource: { metadata: { camera: "7" }, md5Hash: "1B2M2Y8AsgTpgAmY7PhCfg==", crc32c: "4waSgw==", cacheControl: "no-store" },
  };
  expect(parse(request)).toEqual(
    ok({
      name: "videos/a.mp4",
      title: null,
      contentType: "video/mp4",
      length: 1048576,
      metadata: { camera: "7" },
      declared: { md5: "d41d8cd98f00b204e9800998ecf8427e", crc32c: "e3069283" },
    }),
  );
});

test("takes what YouTube's clients send", () => {
  const resource = { snippet: { title: "Shorebreak", tags: ["surf"] }, status: { privacyStatus: "unlisted" } };
  expect(parse({ query: "uploadType=resumable&part=snippet,status", resource })).toEqual(ok({ ...NOTHING, title: "Shorebreak" }));
});

test("a null in the resource is the same as nothing", () => {
  const resource = { name: null, contentType: null, metadata: null, md5Hash: null, crc32c: null, snippet: null };
  expect(parse({ resource })).toEqual(ok(NOTHING));
});

test("the name of the query overrides the resource's", () => {
  expect(parse({ resource: { name: "inner" } })).toEqual(ok({ ...NOTHING, name: "inner" }));
  expect(parse({ query: "uploadType=resumable&name=outer", resource: { name: "inner" } })).toEqual(ok({ ...NOTHING, name: "outer" }));
});

test("the content type of the resource overrides the header's", () => {
  const headers = { "X-Upload-Content-Type": "video/mp4" };
  expect(parse({ headers })).toEqual(ok({ ...NOTHING, contentType: "video/mp4" }));
  expect(parse({ headers, resource: { contentType: "video/webm" } })).toEqual(ok({ ...NOTHING, contentType: "video/webm" }));
});

test.each(["", "-5", "4abc", "1e3", "5, 5", "9007199254740992"])("refuses the length %j", (text) => {
  expect(parse({ headers: { "X-Upload-Content-Length": text } })).toEqual(invalidHeader("X-Upload-Content-Length"));
});

test.each(["", "video", "video/", "video/mp4, video/mp4"])("refuses the type %j", (text) => {
  expect(parse({ headers: { "X-Upload-Content-Type": text } })).toEqual(invalidHeader("X-Upload-Content-Type"));
});

test.each(["{", "undefined", "{'name':1}", " ", "{}{}"])("refuses %j, which is not JSON", (body) => {
  expect(parse({ body })).toMatchObject({ ok: false, error: { code: "invalid_json" } });
});

test.each([
  [[], ""],
  [null, ""],
  ["x", ""],
  [{ name: 5 }, "/name"],
  [{ name: "" }, "/name"],
  [{ name: "a\nb" }, "/name"],
  [{ name: "\ud800" }, "/name"],
  [{ name: "é".repeat(513) }, "/name"],
  [{ contentType: "video" }, "/contentType"],
  [{ contentType: 5 }, "/contentType"],
  [{ md5Hash: "4waSgw==" }, "/md5Hash"],
  [{ crc32c: "1B2M2Y8AsgTpgAmY7PhCfg==" }, "/crc32c"],
  [{ crc32c: 5 }, "/crc32c"],
  [{ metadata: "x" }, "/metadata"],
  [{ metadata: { "a/b~c": 5 } }, "/metadata/a~1b~0c"],
  [{ snippet: { title: 5 } }, "/snippet/title"],
])("refuses %j and points to what is wrong", (resource, pointer) => {
  expect(parse({ resource })).toEqual(invalidRequest(pointer));
});

test("takes a name of 1,024 bytes", () => {
  expect(parse({ resource: { name: "é".repeat(512) } }).ok).toBe(true);
});

test.each(["name=", "name=a%0Ab", "name=a&name=a"])("refuses the query's %j", (name) => {
  expect(parse({ query: `uploadType=resumable&${name}` })).toEqual(invalidRequest());
});

test("takes 50 pairs and 8 KiB of metadata, and no more", () => {
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));
  expect(parse({ resource: { metadata: pairs(50) } }).ok).toBe(true);
  expect(parse({ resource: { metadata: pairs(51) } })).toEqual(invalidRequest("/metadata"));
  expect(parse({ resource: { metadata: { key: "x".repeat(8189) } } }).ok).toBe(true);
  expect(parse({ resource: { metadata: { key: "x".repeat(8190) } } })).toEqual(invalidRequest("/metadata"));
});

test("knows a client that can't read a 308", () => {
  expect(refuses308("yes")).toBe(true);
  expect(refuses308("Yes")).toBe(true);
  for (const text of [null, "", "no", "yes, yes", "true"]) expect(refuses308(text)).toBe(false);
});

test("takes or refuses any request", () => {
  const codes = ["invalid_request", "invalid_json", "invalid_header"];
  const body = fc.oneof(hostileText('{"name":"a","metadata":{"a":"b"},"crc32c":"4waSgw=="}'), fc.json());
  fc.assert(
    fc.property(hostileText("uploadType=resumable&name=a.mp4"), body, hostileText("1048576"), (query, text, length) => {
      const fields = { get: (name: string) => (name === "X-Upload-Content-Length" ? length : null) };
      const parsed = parseSessionRequest(new URLSearchParams(query), fields, text);
      if (!parsed.ok) expect(codes).toContain(parsed.error.code);
    }),
    { numRuns: 1000 },
  );
});
