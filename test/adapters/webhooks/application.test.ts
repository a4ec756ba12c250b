import { describe, expect, test } from "vitest";
import { applicationAt } from "#adapters/webhooks/application.ts";
import type { ApplicationQuestion } from "#domain/identity/application.ts";
import { newId } from "#test/fakes/builders.ts";

const URL_OF_APP = "https://app.example/authenticate";

const question = (changes: Partial<ApplicationQuestion> = {}): ApplicationQuestion => ({
  action: "open",
  requestId: newId("req"),
  creatorId: null,
  upload: {
    id: null,
    filename: "a.mp4",
    length: 5,
    contentType: "video/mp4",
    externalId: "x",
    atomId: null,
    metadata: { a: "b" },
    offset: null,
  },
  ...changes,
});

const answering = (response: () => Response | Promise<Response>, timeoutMs?: number) => {
  const requests: Request[] = [];
  const application = applicationAt(
    URL_OF_APP,
    async (request) => {
      requests.push(request);
      return response();
    },
    timeoutMs,
  );
  return { application, requests };
};

describe("asks", () => {
  test("with the caller's header as it came and what is about to happen", async () => {
    const { application, requests } = answering(() => new Response(null));
    const asked = question({ creatorId: newId("crt") });
    expect(await application.ask(asked, "Custom  anything==")).toEqual({ ok: true, value: { creator: null } });
    const [request] = requests;
    expect([request?.method, request?.url, request?.redirect]).toEqual(["POST", URL_OF_APP, "manual"]);
    expect(request?.headers.get("Authorization")).toBe("Custom  anything==");
    expect(await request?.json()).toEqual({
      action: "open",
      request_id: asked.requestId,
      creator_id: asked.creatorId,
      upload: { filename: "a.mp4", length: 5, content_type: "video/mp4", external_id: "x", atom_id: null, metadata: { a: "b" } },
    });
  });

  test("without a header where there is none, and says id and offset of an upload that is there", async () => {
    const { application, requests } = answering(() => new Response(null));
    const asked = question();
    const id = newId("upl");
    await application.ask({ ...asked, action: "resume", upload: { ...asked.upload, id, offset: 3 } }, null);
    expect(requests[0]?.headers.has("Authorization")).toBe(false);
    expect(await requests[0]?.json()).toMatchObject({ action: "resume", upload: { id, offset: 3 } });
  });
});

describe("takes for consent", () => {
  test.each([
    [200, '{"creator":"news"}', "news"],
    [201, '{"creator":"news"}', "news"],
    [200, "", null],
    [200, "OK", null],
    [200, "[]", null],
    [200, '{"other":1}', null],
  ])("%d %s", async (status, body, creator) => {
    const { application } = answering(() => new Response(body, { status }));
    expect(await application.ask(question(), null)).toEqual({ ok: true, value: { creator } });
  });
});

describe("passes a refusal on", () => {
  test.each([400, 401, 402, 403, 404, 409, 429, 451])("of status %d, in the application's words", async (status) => {
    const { application } = answering(() => new Response('{"why":1}', { status, headers: { "Content-Type": "application/json" } }));
    expect(await application.ask(question(), null)).toEqual({
      ok: false,
      error: { code: "application_refused", status, body: '{"why":1}', contentType: "application/json" },
    });
  });

  test("with no more than 8 KiB of it", async () => {
    const { application } = answering(() => new Response("x".repeat(20_000), { status: 403 }));
    expect(await application.ask(question(), null)).toMatchObject({ error: { code: "application_refused", body: "x".repeat(8192) } });
  });
});

describe("holds unreachable", () => {
  test.each([204, 301, 302, 500, 502, 503])("an answer of status %d", async (status) => {
    const { application } = answering(() => new Response(null, { status, headers: { Location: "https://elsewhere.example" } }));
    expect(await application.ask(question(), null)).toMatchObject({ ok: false, error: { code: "application_unreachable" } });
  });

  test("a creator that is no name", async () => {
    const { application } = answering(() => new Response('{"creator":7}'));
    expect(await application.ask(question(), null)).toMatchObject({ error: { code: "application_unreachable" } });
  });

  test("what the network does not bring", async () => {
    const { application } = answering(() => Promise.reject(new TypeError("connection refused")));
    expect(await application.ask(question(), null)).toEqual({
      ok: false,
      error: { code: "application_unreachable", detail: "The application could not be reached." },
    });
  });

  test("what takes longer than it may", async () => {
    const application = applicationAt(
      URL_OF_APP,
      (request) =>
        new Promise((_resolve, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason as Error))),
      20,
    );
    expect(await application.ask(question(), null)).toMatchObject({ error: { detail: "The application did not answer in time." } });
  });
});
