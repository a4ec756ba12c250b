import { describe, expect, test } from "vitest";
import { newId } from "#test/fakes/builders.ts";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";

describe("problems", () => {
  test("say what RFC 9457 and we promise", async () => {
    const { send } = await apiUnderTest();
    const id = newId("upl");
    const { status, headers, json } = await send(`/v1/uploads/${id}`);
    expect(status).toBe(404);
    expect(headers.get("Content-Type")).toBe("application/problem+json");
    expect(json).toEqual({
      type: `${ORIGIN}/docs/problems#upload_not_found`,
      title: "There is no such upload",
      status: 404,
      detail: "No such upload.",
      instance: `/v1/uploads/${id}`,
      code: "upload_not_found",
      request_id: headers.get("Request-Id"),
      retryable: false,
    });
  });

  test("are reached under their type", async () => {
    const { send } = await apiUnderTest();
    const { json } = await send(`/v1/uploads/${newId("upl")}`);
    const type = new URL(String(json["type"]));
    const page = await send(type.pathname);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`id="${type.hash.slice(1)}"`);
  });

  test("never repeat a handle's secret, in the answer or the log", async () => {
    const { send, log } = await apiUnderTest();
    const secret = "s".repeat(43);
    const answer = await send(`/files/${newId("upl")}.${secret}`, {
      method: "PATCH",
      headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" },
    });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain(secret);
    expect(JSON.stringify(log.lines)).not.toContain(secret);
    expect(log.lines.find(({ event }) => event === "request")).toMatchObject({ route: "/files/:handle", code: "upload_not_found" });
  });

  test("of a path that is not there and of a method that is not there differ", async () => {
    const { send } = await apiUnderTest();
    expect(await send("/v1/nothing")).toMatchObject({ status: 404, json: { code: "not_found" } });
    const answer = await send("/v1/uploads", { method: "PUT" });
    expect(answer).toMatchObject({ status: 405, json: { code: "method_not_allowed", allow: ["GET", "POST", "HEAD"] } });
    expect(answer.headers.get("Allow")).toBe("GET, POST, HEAD");
  });

  test("of an outage can be tried again, and say so", async () => {
    const { send } = await apiUnderTest({ outage: new Error("Failed query", { cause: new Error("D1_ERROR: Network connection lost.") }) });
    const answer = await send(`/v1/assets/${newId("ast")}`);
    expect(answer).toMatchObject({ status: 503, json: { code: "service_unavailable", retryable: true } });
    expect(answer.headers.get("Retry-After")).toBe("5");
  });

  test("of our own say nothing internal, and are logged once with the request's id", async () => {
    const { send, log } = await apiUnderTest({ outage: new Error("D1_ERROR: secret detail") });
    const answer = await send(`/v1/assets/${newId("ast")}`);
    expect(answer).toMatchObject({ status: 500, json: { code: "internal", retryable: true } });
    expect(answer.text).not.toContain("D1_ERROR");
    const errors = log.lines.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ request_id: answer.headers.get("Request-Id"), cause: new Error("D1_ERROR: secret detail") });
  });
});

describe("request ids", () => {
  test("are ours, and new for every request", async () => {
    const { send } = await apiUnderTest();
    const [a, b] = [await send("/healthz"), await send("/healthz")].map(({ headers }) => headers.get("Request-Id"));
    expect(a).toMatch(/^req_[0-9a-z]{26}$/);
    expect(a).not.toBe(b);
  });

  test("are kept when another part of Sluice gave one, and nothing else is", async () => {
    const { send } = await apiUnderTest();
    const id = newId("req");
    expect((await send("/healthz", { headers: { "Request-Id": id } })).headers.get("Request-Id")).toBe(id);
    const odd = await send("/healthz", { headers: { "Request-Id": "drop table" } });
    expect(odd.headers.get("Request-Id")).toMatch(/^req_/);
  });

  test("are in the one line that every request leaves", async () => {
    const { send, log } = await apiUnderTest();
    const { headers } = await send("/v1/uploads?status=failed");
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: "info",
        event: "request",
        request_id: headers.get("Request-Id"),
        method: "GET",
        route: "/v1/uploads",
        status: 200,
      }),
    ]);
  });
});

test("health and what is not there are logged under their patterns", async () => {
  const { send, log } = await apiUnderTest();
  for (const path of ["/healthz", "/v1/assets/x", "/nothing"]) await send(path);
  expect(log.lines.map(({ route }) => route)).toEqual(["/healthz", "/v1/assets/:id", "/*"]);
});

describe("a browser", () => {
  const asking = (origin: string, extra: Record<string, string> = {}) => ({ headers: { Origin: origin, ...extra } });
  const preflight = (origin: string) => ({ method: "OPTIONS", as: null, ...asking(origin, { "Access-Control-Request-Method": "PATCH" }) });

  test("may use everything from everywhere by default, and see every header of every dialect", async () => {
    const { send } = await apiUnderTest();
    const { headers } = await send("/v1/uploads", asking("https://page.test"));
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    const exposed = headers.get("Access-Control-Expose-Headers")?.split(", ");
    expect(exposed).toEqual(
      expect.arrayContaining([
        "Location",
        "Range",
        "Upload-Offset",
        "Upload-Length",
        "Upload-Expires",
        "Upload-Complete",
        "Upload-Limit",
        "Accept-Patch",
        "Tus-Resumable",
        "Request-Id",
        "Retry-After",
        "Repr-Digest",
        "Content-Range",
        "ETag",
        "X-Goog-Hash",
      ]),
    );
  });

  test.each(["/v1/uploads", "/files", `/files/${"x"}`, "/upload/a.mp4"])("may ask first at %s", async (path) => {
    const { send } = await apiUnderTest();
    const { status, headers } = await send(path, preflight("https://page.test"));
    expect(status).toBe(204);
    expect(headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
    expect(headers.get("Access-Control-Allow-Headers")?.split(", ")).toEqual(
      expect.arrayContaining([
        "Authorization",
        "Content-Type",
        "Content-Range",
        "Upload-Offset",
        "Upload-Metadata",
        "Upload-Checksum",
        "Upload-Complete",
        "Upload-Draft-Interop-Version",
        "Content-Disposition",
        "Content-Digest",
        "Repr-Digest",
        "Want-Repr-Digest",
        "Idempotency-Key",
        "Tus-Resumable",
      ]),
    );
  });

  test("is let in from the origins that are allowed and no other", async () => {
    const { send } = await apiUnderTest({ allowedOrigins: ["https://page.test"] });
    const allowed = await send("/v1/uploads", asking("https://page.test"));
    expect(allowed.headers.get("Access-Control-Allow-Origin")).toBe("https://page.test");
    expect(allowed.headers.get("Vary")).toContain("Origin");
    const other = await send("/v1/uploads", asking("https://other.test"));
    expect(other.headers.has("Access-Control-Allow-Origin")).toBe(false);
    expect((await send("/v1/uploads", preflight("https://other.test"))).headers.has("Access-Control-Allow-Methods")).toBe(false);
  });
});

describe("health", () => {
  test("is told without a configuration, readiness is not", async () => {
    const { send, log } = await apiUnderTest({ misconfigured: new Error("HANDLE_KEY: too short") });
    expect(await send("/healthz")).toMatchObject({ status: 200, json: { status: "ok" } });
    const ready = await send("/readyz");
    expect(ready).toMatchObject({ status: 503, json: { code: "service_unavailable", retryable: true } });
    expect(ready.headers.get("Retry-After")).toBe("5");
    expect(ready.text).not.toContain("HANDLE_KEY");
    expect(log.lines.some(({ event }) => event === "not configured")).toBe(true);
  });

  test("names what does not answer", async () => {
    expect(await (await apiUnderTest()).send("/readyz")).toMatchObject({ status: 200, json: { status: "ready" } });
    const { send } = await apiUnderTest({ probe: async () => ({ directory: true, media: false }) });
    expect(await send("/readyz")).toMatchObject({ status: 503, json: { detail: "No answer from: media." } });
  });
});

test("every answer carries the headers that keep browsers from guessing", async () => {
  const { send } = await apiUnderTest();
  for (const path of ["/healthz", "/v1/uploads", "/v1/nothing"]) {
    const { headers } = await send(path);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test("a refused body is read off, so that its sender gets to read the refusal", async () => {
  const { send } = await apiUnderTest();
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled += 1;
      if (pulled > 20) controller.close();
      else controller.enqueue(new Uint8Array(1024));
    },
  });
  const answer = await send("/v1/nothing", { method: "POST", body, duplex: "half" });
  expect(answer.status).toBe(404);
  expect(pulled).toBe(21);
});
