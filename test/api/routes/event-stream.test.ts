import { describe, expect, test, vi } from "vitest";
import { writeEventCursor } from "#api/routes/events/event-cursor.ts";
import { EventReader } from "#test/e2e/event-reader.ts";
import { apiUnderTest, ORIGIN } from "#test/fakes/api-under-test.ts";
import { newId, NOW } from "#test/fakes/builders.ts";

const PATH = "/v1/events/stream";

async function api() {
  const under = await apiUnderTest();
  const { app, authorization, creator, feeds, services } = under;
  const open = (path = PATH, headers: Record<string, string> = {}, method = "GET") =>
    app.fetch(new Request(`${ORIGIN}${path}`, { method, headers: { Authorization: authorization, ...headers } }), {});
  const read = async (path?: string, headers?: Record<string, string>) => {
    const response = await open(path, headers);
    const reader = new EventReader();
    reader.read(response.body ?? expect.fail("no body")).catch(() => undefined);
    return reader;
  };
  const happen = async (count: number) => {
    await services.events.append(
      Array.from({ length: count }, () => ({
        id: newId("evt"),
        type: "upload.created" as const,
        creatorId: creator.id,
        resource: newId("upl"),
        sequence: 1,
        happenedAt: NOW,
        requestId: newId("req"),
        data: { filename: "holiday.mp4" },
      })),
    );
    await feeds.publish(creator.id, services.events.logged);
  };
  return { ...under, open, read, happen };
}

describe("GET /v1/events/stream", () => {
  test("is a stream of events that nobody stores or changes on the way", async () => {
    const { open } = await api();
    const { status, headers, body } = await open();
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-content-type-options": "nosniff",
      "request-id": expect.stringMatching(/^req_/),
    });
    await body?.cancel();
  });

  test("shows events as the list does, with their cursor as id", async () => {
    const { read, happen, services } = await api();
    const reader = await read();
    await happen(1);
    await vi.waitFor(() => expect(reader.heard).toHaveLength(1));
    const event = services.events.logged[0] ?? expect.fail();
    expect(reader.heard).toEqual([
      {
        id: writeEventCursor(1),
        type: "upload.created",
        data: {
          id: event.id,
          type: "upload.created",
          timestamp: "2026-11-20T12:00:00.000Z",
          sequence: 1,
          resource: event.resource,
          request_id: event.requestId,
          data: { filename: "holiday.mp4" },
          cursor: writeEventCursor(1),
        },
      },
    ]);
  });

  test.for([
    { what: "Last-Event-ID", path: PATH, headers: { "Last-Event-ID": writeEventCursor(2) } },
    { what: "after", path: `${PATH}?after=${writeEventCursor(2)}`, headers: {} },
    {
      what: "Last-Event-ID before after, which stays in the address of a browser that comes back",
      path: `${PATH}?after=${writeEventCursor(1)}`,
      headers: { "Last-Event-ID": writeEventCursor(2) },
    },
    { what: "after when there is no last event yet", path: `${PATH}?after=${writeEventCursor(2)}`, headers: { "Last-Event-ID": "" } },
  ])("goes on after $what", async ({ path, headers }) => {
    const { read, happen } = await api();
    await happen(4);
    const reader = await read(path, headers);
    await vi.waitFor(() => expect(reader.heard.map(({ id }) => id)).toEqual([writeEventCursor(3), writeEventCursor(4)]));
  });

  test("passes on what was asked for", async () => {
    const { open, feeds } = await api();
    const resource = newId("upl");
    for (const query of [
      `?type=upload.created`,
      `?type=upload.created&type=asset.deleted&resource=${resource}`,
      `?progress=true`,
      `?progress=false`,
    ])
      await (await open(PATH + query)).body?.cancel();
    expect(feeds.wishes).toEqual([
      { after: null, types: ["upload.created"], resource: null, progress: false },
      { after: null, types: ["upload.created", "asset.deleted"], resource, progress: false },
      { after: null, types: [], resource: null, progress: true },
      { after: null, types: [], resource: null, progress: false },
    ]);
  });

  test.for([
    { why: "a cursor that is none of ours", query: "?after=42", code: "invalid_cursor", status: 400 },
    { why: "a type that there is not", query: "?type=upload.progress", code: "invalid_request", status: 400 },
    { why: "progress that is neither", query: "?progress=maybe", code: "invalid_request", status: 400 },
  ])("refuses $why", async ({ query, code, status }) => {
    const { send, feeds } = await api();
    expect(await send(PATH + query)).toMatchObject({ status, json: { code } });
    expect(feeds.wishes).toEqual([]);
  });

  test("refuses who is not known, and a key without the scope", async () => {
    const { send, keyWith, feeds } = await api();
    expect(await send(PATH, { as: null })).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    const { authorization } = await keyWith({ scopes: ["uploads:read"] });
    expect(await send(PATH, { as: authorization })).toMatchObject({ status: 403, json: { code: "forbidden", scope: "events:read" } });
    expect(feeds.wishes).toEqual([]);
  });

  test("refuses one more than may listen, before the stream begins", async () => {
    const { send, feeds } = await api();
    feeds.full = true;
    const refused = await send(PATH);
    expect(refused).toMatchObject({ status: 429, json: { code: "too_many_listeners", limit: 1, retryable: true } });
    expect([refused.headers.get("Content-Type"), refused.headers.get("Retry-After")]).toEqual(["application/problem+json", "60"]);
  });

  test("listens to nothing for HEAD", async () => {
    const { open, feeds } = await api();
    const { status, headers, body } = await open(PATH, {}, "HEAD");
    expect([status, headers.get("Content-Type"), body]).toEqual([200, "text/event-stream", null]);
    expect(feeds.wishes).toEqual([]);
  });

  test("may be read from another origin, from where it was left", async () => {
    const { send } = await api();
    const preflight = await send(PATH, {
      method: "OPTIONS",
      headers: { Origin: "https://studio.example", "Access-Control-Request-Method": "GET" },
    });
    expect(preflight.headers.get("Access-Control-Allow-Headers")?.split(", ")).toContain("Last-Event-ID");
  });

  test("says in the log how it ended", async () => {
    const { open, log, happen } = await api();
    const response = await open();
    const reader = response.body?.getReader() ?? expect.fail("no body");
    await reader.read();
    const next = reader.read();
    await happen(1);
    await next;
    await reader.cancel();
    await vi.waitFor(() =>
      expect(log.lines).toContainEqual(expect.objectContaining({ event: "stream ended", phase: "client gone", count: 1 })),
    );
  });
});
