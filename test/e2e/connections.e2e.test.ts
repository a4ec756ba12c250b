import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "#test/world/launch.ts";
import { type Creator, newCreator } from "./creator.ts";
import { keptIn } from "./kept-in.ts";
import { type Consent, goThrough as goThroughGoogle, person } from "./person.ts";

const HOURLY = "0 * * * *";

const connectionSchema = z.looseObject({
  id: z.string(),
  channel: z.object({ id: z.string(), title: z.string(), picture_url: z.url() }),
  status: z.string(),
  capabilities: z.array(z.string()),
});
const begunSchema = z.object({ connect_url: z.url(), expires_at: z.iso.datetime() });
const logSchema = z.object({ requests: z.array(z.looseObject({ operation: z.string().nullable(), status: z.number().nullable() })) });

describe("a channel", () => {
  let world: LaunchedWorld;
  let creator: Creator;

  beforeAll(async () => {
    world = await launchWorld();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await world.control.atYouTube("settings", { consent: null });
    creator = await newCreator(world, "connections");
  });

  const channelId = async (title: string): Promise<string> => {
    const { youtube } = await world.control.state();
    const channel = youtube.channels.find((each) => each.title === title);
    if (channel === undefined) throw new Error(`no channel ${title}`);
    return channel.id;
  };
  const begin = async (draft = {}) =>
    begunSchema.parse(await (await creator.sendJson("POST", "/v1/connections", { kind: "youtube", ...draft })).json()).connect_url;
  const connections = async () =>
    z.object({ data: z.array(connectionSchema) }).parse(await (await creator.send("GET", "/v1/connections")).json()).data;
  const events = async () =>
    z
      .object({ data: z.array(z.looseObject({ type: z.string(), resource: z.string() })) })
      .parse(await (await creator.send("GET", "/v1/events")).json())
      .data.map(({ type }) => type);
  /** How often Google was asked, and what it answered. */
  const asked = async (operation: string) => {
    const reply = await fetch(`${world.control.url}/youtube/log`, { headers: { authorization: `Bearer ${world.operatorKey}` } });
    return logSchema
      .parse(await reply.json())
      .requests.filter((each) => each.operation === operation)
      .map(({ status }) => status);
  };

  const goThrough = async (connectUrl: string, { title = "Local channel", ...choice }: Partial<Consent> & { title?: string } = {}) =>
    goThroughGoogle(world, connectUrl, { channelId: await channelId(title), ...choice });

  test("is connected by its owner, told of, connected again and disconnected", async () => {
    const came = await goThrough(await begin());
    expect([came.status, came.text]).toEqual([200, expect.stringContaining("“Local channel” is connected.")]);
    const [connection] = await connections();
    expect(connection).toMatchObject({
      channel: { id: await channelId("Local channel"), title: "Local channel" },
      status: "active",
      capabilities: ["publish"],
    });

    const again = await goThrough(await begin({ connection_id: connection?.id, capabilities: ["publish", "manage"] }));
    expect(again.status).toBe(200);
    expect(await connections()).toMatchObject([{ id: connection?.id, capabilities: ["publish", "manage"] }]);

    const revoked = await asked("revoke");
    expect((await creator.send("DELETE", `/v1/connections/${connection?.id ?? ""}`)).status).toBe(204);
    expect(await connections()).toEqual([]);
    expect(await asked("revoke")).toEqual([...revoked, 200]);
    expect(await events()).toEqual(["connection.connected", "connection.connected", "connection.disconnected"]);
  });

  test.each([
    ["is not there", { title: "Nobody's channel" }, 403, "has no YouTube channel"],
    ["was refused", { decision: "deny" as const }, 403, "You said no"],
    ["was granted in part", { without: "youtube.upload" }, 403, "You did not grant <code>youtube.upload</code>"],
  ])("that %s is not connected, in words", async (_name, choice, status, words) => {
    const came = await goThrough(await begin(), choice);
    expect([came.status, came.text]).toEqual([status, expect.stringContaining(words)]);
    expect(await connections()).toEqual([]);
    expect((await goThrough(await begin())).status).toBe(200);
  });

  test("that is another than the one to be renewed is refused, and its grant given back", async () => {
    await goThrough(await begin());
    const [connection] = await connections();
    const revoked = await asked("revoke");
    const came = await goThrough(await begin({ connection_id: connection?.id }), { title: "Another channel" });
    expect([came.status, came.text]).toEqual([409, expect.stringContaining("chose “Another channel”")]);
    expect(await asked("revoke")).toEqual([...revoked, 200]);
    expect(await connections()).toEqual([connection]);
  });

  test("is connected once by one link, in the browser that opened it, over a restart", async () => {
    const browser = person();
    const connectUrl = await begin();
    const started = await browser.visit(connectUrl);
    expect((await person().visit(connectUrl)).status).toBe(403);
    await world.control.killWorker();
    await world.control.atYouTube("settings", { consent: { channel_id: await channelId("Local channel"), decision: "allow" } });
    const callback = (await browser.visit(started.location ?? "")).location ?? "";
    expect((await person().visit(callback)).text).toContain("This link belongs to another browser");
    expect((await browser.visit(callback.replace("state=crt_", "state=crt_0"))).text).toContain("This link is used up");
    expect((await browser.visit(callback)).status).toBe(200);
    expect((await browser.visit(callback)).text).toContain("This link is used up");
    expect(await connections()).toHaveLength(1);
  });

  test("whose consent is lost on the way has to be connected again, and can be", async () => {
    await world.control.fault({ peer: "youtube", operation: "token", kind: "lost_reply" });
    const came = await goThrough(await begin());
    expect([came.status, came.text]).toEqual([502, expect.stringContaining("Your consent got lost")]);
    expect(await world.control.faults()).toEqual([]);
    expect((await goThrough(await begin())).status).toBe(200);
  });

  test("is disconnected while Google is away, and its grant given back by the hour's clock", async () => {
    await goThrough(await begin());
    const [connection] = await connections();
    const revoked = await asked("revoke");
    await world.control.fault({ peer: "youtube", operation: "revoke", kind: "status", status: 503 });
    expect((await creator.send("DELETE", `/v1/connections/${connection?.id ?? ""}`)).status).toBe(204);
    expect(await connections()).toEqual([]);
    await world.control.cron(HOURLY);
    await world.control.cron(HOURLY);
    expect(await asked("revoke")).toEqual([...revoked, 503, 200]);
  });

  test("leaves no token, code, secret, ticket, state or cookie in the state directory's bytes", async () => {
    await world.control.atYouTube("settings", { consent: { channel_id: await channelId("Local channel"), decision: "allow" } });
    const browser = person();
    const connectUrl = await begin();
    const started = await browser.visit(connectUrl);
    const callback = (await browser.visit(started.location ?? "")).location ?? "";
    expect((await browser.visit(callback)).status).toBe(200);
    const answer = new URL(callback).searchParams;
    const known = [
      world.google.client_secret,
      new URL(connectUrl).searchParams.get("ticket")?.split(".")[1] ?? "",
      answer.get("state")?.split(".")[1] ?? "",
      answer.get("code") ?? "",
      browser.cookies.get(world.url)?.split("=")[1] ?? "",
    ];
    for (const secret of known) expect(secret.length).toBeGreaterThan(20);

    const kept = keptIn(world.stateDir);
    expect(kept.filter(({ path, bytes }) => path.endsWith("worker.log") && bytes.includes("connection changed"))).toHaveLength(1);
    expect(kept.some(({ bytes }) => bytes.includes("e1.w1."))).toBe(true);
    const tokens = [/ya29\.[\w-]{40}/, /1\/\/0[\w-]{40}/, /4\/0A[\w-]{40}/];
    const found = kept.flatMap(({ path, bytes }) => {
      const secrets = known.filter((secret) => bytes.includes(secret));
      return [...secrets, ...tokens.filter((token) => token.test(bytes)).map(String)].map((what) => `${path}: ${what}`);
    });
    expect(found).toEqual([]);
  });
});
