import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { fakeRates } from "#test/fakes/fake-rates.ts";

async function underLimits() {
  const limits = fakeRates();
  return { ...(await apiUnderTest({ rates: limits.rates })), ...limits };
}

const DRAFT = { filename: "a.mp4", length: 10 };

test("too many calls are refused with when to come again, before anybody looks who asks", async () => {
  const { send, left } = await underLimits();
  expect((await send("/v1/uploads")).headers.get("RateLimit-Policy")).toBe('"calls-by-caller";q=3000;w=60, "calls-by-address";q=6000;w=60');
  left.calls = 0;
  for (const as of [undefined, "Bearer key_wrong"]) {
    const answer = await send("/v1/uploads", as === undefined ? {} : { as });
    expect(answer).toMatchObject({ status: 429, json: { code: "rate_limited", retryable: true, retry_after: 60, quota: 3000 } });
    expect(answer.headers.get("Retry-After")).toBe("60");
    expect(answer.headers.get("RateLimit")).toBe('"calls-by-caller";r=0;t=60');
    expect(answer.headers.get("RateLimit-Policy")).toBe('"calls-by-caller";q=3000;w=60');
  }
});

test("browsers may read what a refusal says", async () => {
  const { send, left } = await underLimits();
  left.calls = 0;
  const answer = await send("/v1/uploads", { headers: { Origin: "https://app.test" } });
  expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
  for (const name of ["RateLimit", "RateLimit-Policy", "Retry-After"])
    expect(answer.headers.get("Access-Control-Expose-Headers")?.split(", ")).toContain(name);
});

test("creations are counted in every dialect, with the address that the edge names", async () => {
  const { send, post, counted, left, authorization } = await underLimits();
  const headers = { "CF-Connecting-IP": "192.0.2.7" };
  expect((await post("/v1/uploads", DRAFT, { headers })).status).toBe(201);
  expect((await send("/files", { method: "POST", headers: { ...headers, "Tus-Resumable": "1.0.0", "Upload-Length": "10" } })).status).toBe(
    201,
  );
  expect((await send("/upload/b.mp4", { method: "PUT", headers, body: "0123456789" })).status).toBeLessThan(300);
  expect(counted).toEqual(
    Array.from({ length: 3 }, () => ({
      what: "creations",
      sender: { requestId: expect.any(String), authorization, address: "192.0.2.7" },
    })),
  );
  left.creations = 0;
  expect(await post("/v1/uploads", DRAFT)).toMatchObject({ status: 429, json: { code: "rate_limited" } });
  const tus = await send("/files", { method: "POST", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "10" } });
  expect([tus.status, tus.headers.get("Retry-After")]).toEqual([429, "60"]);
  expect((await send("/upload/c.mp4", { method: "PUT", body: "0123456789" })).status).toBe(429);
});

test("what is in flight is never counted: chunks, questions about them, and the end", async () => {
  const { send, post, counted, left } = await underLimits();
  const { json } = await post("/v1/uploads", DRAFT);
  const { pathname } = new URL(String(json["upload_url"]));
  left.calls = 0;
  left.creations = 0;
  const before = counted.length;
  const tus = { "Tus-Resumable": "1.0.0" };
  const patch = { ...tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" };
  expect((await send(pathname, { as: null, method: "PATCH", headers: patch, body: "01234" })).status).toBe(204);
  expect((await send(pathname, { as: null, method: "HEAD", headers: tus })).status).toBe(200);
  expect((await send(pathname, { as: null, method: "PUT", headers: { "Content-Range": "bytes */10" } })).status).toBe(308);
  expect((await send(pathname, { as: null, method: "PUT", headers: { "Content-Range": "bytes 5-9/10" }, body: "56789" })).status).toBe(200);
  expect(counted).toHaveLength(before);
});

test("health, documents and preflights are not counted", async () => {
  const { send, left, counted } = await underLimits();
  left.calls = 0;
  for (const path of ["/healthz", "/readyz", "/docs", "/openapi.json"]) expect((await send(path, { as: null })).status).toBe(200);
  const preflight = { Origin: "https://app.test", "Access-Control-Request-Method": "POST" };
  expect((await send("/v1/uploads", { as: null, method: "OPTIONS", headers: preflight })).status).toBe(204);
  expect(counted).toHaveLength(0);
});
