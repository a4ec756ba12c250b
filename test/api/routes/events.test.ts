import { describe, expect, test } from "vitest";
import { z } from "zod";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";
import { anEvent, newId, NOW } from "#test/fakes/builders.ts";

const pageSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), cursor: z.string() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

async function withEvents(count: number) {
  const api = await apiUnderTest();
  const creatorId = api.creator.id;
  const events = Array.from({ length: count }, (_, index) => anEvent({ creatorId, sequence: index + 1, type: "upload.created" }));
  await api.events.append([anEvent(), ...events, anEvent()]);
  const page = async (query: string) => pageSchema.parse((await api.send(`/v1/events${query}`)).json);
  const ids = async (query: string) => (await page(query)).data.map(({ id }) => events.findIndex((event) => event.id === id));
  return { api, events, page, ids };
}

describe("events", () => {
  test("are listed oldest first, one's own alone, as they happened", async () => {
    const { api, events, ids } = await withEvents(3);
    expect(await ids("")).toEqual([0, 1, 2]);
    const { json } = await api.send("/v1/events?limit=1");
    const [event] = events;
    expect(json).toEqual({
      data: [
        {
          id: event?.id,
          type: "upload.created",
          timestamp: "2026-11-20T12:00:00.000Z",
          sequence: 1,
          resource: event?.resource,
          request_id: event?.requestId,
          data: { filename: "holiday.mp4" },
          cursor: "00000000002",
        },
      ],
      has_more: true,
      next_cursor: "00000000002",
    });
  });

  test("are read to their end by following the link, and on from there", async () => {
    const { api, events } = await withEvents(5);
    const seen: string[] = [];
    let path: string | null = "/v1/events?limit=2&type=upload.created&type=upload.failed";
    let next: string | null = null;
    while (path !== null) {
      const answer = await api.send(path);
      const page = pageSchema.parse(answer.json);
      seen.push(...page.data.map(({ id }) => id));
      next = page.next_cursor;
      const link: string | undefined = /^<https:\/\/sluice\.test(.+)>; rel="next"$/.exec(answer.headers.get("Link") ?? "")?.[1];
      expect(link !== undefined).toBe(page.has_more);
      expect(answer.headers.get("Retry-After")).toBe(page.has_more ? null : "5");
      path = link ?? null;
    }
    expect(seen).toEqual(events.map(({ id }) => id));
    expect(await api.send(`/v1/events?after=${next ?? ""}`)).toMatchObject({ json: { data: [], has_more: false, next_cursor: next } });
    const late = anEvent({ creatorId: api.creator.id });
    await api.events.append([late]);
    expect(await api.send(`/v1/events?after=${next ?? ""}`)).toMatchObject({ json: { data: [{ id: late.id }] } });
  });

  test("are filtered by type and resource, with a cursor that any filter takes", async () => {
    const { api, events, ids, page } = await withEvents(3);
    const resource = events[1]?.resource ?? newId("upl");
    const failed = anEvent({ creatorId: api.creator.id, type: "upload.failed", resource, sequence: 9 });
    await api.events.append([failed]);
    events.push(failed);
    expect(await ids("?type=upload.failed")).toEqual([3]);
    expect(await ids("?type=upload.failed&type=upload.created")).toEqual([0, 1, 2, 3]);
    expect(await ids(`?resource=${resource}`)).toEqual([1, 3]);
    const [, second] = (await page("")).data;
    expect(await ids(`?resource=${resource}&after=${second?.cursor ?? ""}`)).toEqual([3]);
    expect(await ids(`?resource=${newId("upl")}`)).toEqual([]);
  });

  test("that have not changed are not sent again", async () => {
    const { api } = await withEvents(2);
    const first = await api.send("/v1/events?limit=2");
    const tag = first.headers.get("ETag") ?? "";
    const again = () => api.send("/v1/events?limit=2", { headers: { "If-None-Match": tag } });
    expect(await again()).toMatchObject({ status: 304, text: "" });
    expect((await again()).headers.get("Retry-After")).toBe("5");
    await api.events.append([anEvent({ creatorId: api.creator.id })]);
    expect(await again()).toMatchObject({ status: 200, json: { has_more: true } });
  });

  test.each([
    ["?after=nonsense", 400, "invalid_cursor"],
    ["?after=zzzzzzzzzzz", 400, "invalid_cursor"],
    ["?type=upload.pigeon", 400, "invalid_request"],
    ["?limit=101", 400, "invalid_request"],
  ])("are refused for %s", async (query, status, code) => {
    const { api } = await withEvents(1);
    expect(await api.send(`/v1/events${query}`)).toMatchObject({ status, json: { code } });
    expect(await api.send("/v1/events?after=00000000001&type=upload.created&limit=100")).toMatchObject({ status: 200 });
  });

  test("need their scope", async () => {
    const { api } = await withEvents(1);
    const { authorization } = await api.keyWith({ scopes: ["uploads:read", "assets:read"] });
    expect(await api.send("/v1/events", { as: authorization })).toMatchObject({
      status: 403,
      json: { code: "forbidden", scope: "events:read" },
    });
  });

  test("tell of an asset that is deleted, and the relay is woken", async () => {
    const { api, page } = await withEvents(0);
    const asset = { id: newId("ast"), uploadId: newId("upl"), creatorId: api.creator.id };
    await api.assets.put({
      ...asset,
      ...{ filename: "a.mp4", contentType: "video/mp4", size: 1, digests: {}, objectKey: "k", etag: "e", externalId: null, atomId: null },
      ...{ metadata: {}, keepUntil: null, keepAfterVerifiedMs: null, createdAt: NOW, sequence: 3 },
    });
    for (const status of [204, 410]) expect((await api.send(`/v1/assets/${asset.id}`, { method: "DELETE" })).status).toBe(status);
    expect((await page("")).data).toMatchObject([{ type: "asset.deleted", resource: asset.id, sequence: 4 }]);
    expect(api.relays.woken).toBe(1);
  });
});

describe("the archive of events", () => {
  const day = "/v1/operator/events/archive?date=2026-11-20";

  test("is read by operators as lines, each event with its creator", async () => {
    const api = await apiUnderTest();
    const events = Array.from({ length: 300 }, (_, index) => ({ ...anEvent({ data: { text: "x".repeat(500) } }), position: index + 1 }));
    await api.archive.put({ date: "2026-11-20", log: 0, stretch: { after: 0, to: 200 } }, events.slice(0, 200));
    await api.archive.put({ date: "2026-11-20", log: 0, stretch: { after: 100, to: 300 } }, events.slice(100));
    const answer = await api.send(day, { as: api.asOperator });
    expect(answer.headers.get("Content-Type")).toBe("application/x-ndjson");
    const lines = answer.text.trimEnd().split("\n");
    expect(lines.map((line) => z.looseObject({ id: z.string() }).parse(JSON.parse(line)).id)).toEqual(events.map(({ id }) => id));
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ creator_id: events[0]?.creatorId, type: "upload.created", cursor: "00000000001" });
  });

  test("is empty for a day on which nothing happened", async () => {
    const api = await apiUnderTest();
    expect(await api.send(day, { as: api.asOperator })).toMatchObject({ status: 200, text: "" });
  });

  test("is nobody else's, and takes a date", async () => {
    const api = await apiUnderTest();
    expect(await api.send(day)).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    expect(await api.send(day.replace("-20", "-31"), { as: api.asOperator })).toMatchObject({
      status: 400,
      json: { code: "invalid_request" },
    });
  });
});
