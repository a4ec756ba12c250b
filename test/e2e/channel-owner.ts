import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { z } from "zod";
import type { LaunchedWorld } from "#test/world/launch.ts";
import { exchangeRecord, type ExchangeRecord } from "#test/world/youtube/records.ts";
import type { YouTubeState } from "#test/world/youtube/state.ts";
import { type Creator, newCreator, sendFrom } from "./creator.ts";
import type { Film } from "./film.ts";
import { goThrough } from "./person.ts";

export const deliverySchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  title: z.string(),
  account: z.string(),
  destination_id: z.string(),
  remote_id: z.string().nullable(),
  remote_url: z.string().nullable(),
  waiting_on: z
    .looseObject({ reason: z.string(), sentence: z.string(), detail: z.string().nullable(), until: z.string().nullable() })
    .nullable(),
  progress: z.looseObject({ step: z.string(), fraction: z.number().nullable(), bytes_done: z.int(), bytes_total: z.int() }).nullable(),
  failure: z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() }).nullable(),
});
const eventSchema = z.looseObject({ type: z.string(), resource: z.string(), data: z.record(z.string(), z.unknown()) });
const listOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const idSchema = z.looseObject({ id: z.string() });
const titledSchema = z.looseObject({ id: z.string(), title: z.string() });

export type ShownDelivery = z.infer<typeof deliverySchema>;

const LATEST_MS = 60_000;
const PAUSE_MS = 200;

/** Asks until it is so: `expect.poll` knows no tests at the same time. */
export async function until<T>(what: string, ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  const latest = performance.now() + LATEST_MS;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (performance.now() > latest) throw new Error(`not in time: ${what}; ${JSON.stringify(answer)}`);
    await sleep(PAUSE_MS);
  }
}

/** A creator with a channel of their own: what happens to it shows nowhere else. */
export interface ChannelOwner {
  readonly creator: Creator;
  readonly channelId: string;
  readonly connectionId: string;
  /** Connects it again. */
  connect(): Promise<void>;
  destination(settings?: object): Promise<string>;
  /** The id of the asset that it has become. */
  uploaded(film: Film): Promise<string>;
  publish(assetId: string, destinationIds: readonly string[], body?: object): Promise<ShownDelivery[]>;
  delivery(id: string): Promise<ShownDelivery>;
  order(id: string, verb: string, body?: object): Promise<Response>;
  /** Waits until it is there. */
  becomes(id: string, status: string): Promise<ShownDelivery>;
  /** Waits until that is what it waits for. */
  waitsFor(id: string, reason: string): Promise<NonNullable<ShownDelivery["waiting_on"]>>;
  history(id: string): Promise<string[]>;
  videos(): Promise<YouTubeState["videos"]>;
  sessions(): Promise<YouTubeState["sessions"]>;
  /** What YouTube was asked about the channel. */
  asked(operation?: string): Promise<ExchangeRecord[]>;
}

export async function newChannelOwner(world: LaunchedWorld, name: string, channel: object = {}): Promise<ChannelOwner> {
  const creator = await newCreator(world, name);
  const made = await world.control.atYouTube("channels", { title: name, email: `${name}@channels.example`, ...channel });
  const { id: channelId } = titledSchema.parse(made);

  const json = async <T>(schema: z.ZodType<T>, reply: Promise<Response>): Promise<T> => {
    const answer = await reply;
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  };
  const connections = () => json(listOf(z.looseObject({ id: z.string(), status: z.string() })), creator.send("GET", "/v1/connections"));
  const connect = async (): Promise<void> => {
    const begun = await json(
      z.object({ connect_url: z.url(), expires_at: z.string() }),
      creator.sendJson("POST", "/v1/connections", { kind: "youtube" }),
    );
    expect((await goThrough(world, begun.connect_url, { channelId })).status).toBe(200);
  };
  await connect();
  const connectionId = (await connections()).data[0]?.id ?? "";

  const delivery: ChannelOwner["delivery"] = (id) => json(deliverySchema, creator.send("GET", `/v1/deliveries/${id}`));
  const youtube = async () => (await world.control.state()).youtube;
  return {
    creator,
    channelId,
    connectionId,
    connect,
    delivery,
    destination: async (settings = {}) =>
      (await json(idSchema, creator.sendJson("POST", "/v1/destinations", { connection_id: connectionId, settings }))).id,
    async uploaded(film) {
      const { id, upload_url: url } = await creator.open({
        filename: film.name,
        content_type: "video/mp4",
        length: film.bytes.byteLength,
        sha256: film.sha256,
      });
      expect((await sendFrom(creator, url, film, 0)).status).toBe(200);
      return (await creator.upload(id)).asset_id ?? "";
    },
    publish: async (assetId, destinationIds, body = {}) => {
      const deliveries = destinationIds.map((id) => ({ destination_id: id }));
      return (await json(listOf(deliverySchema), creator.sendJson("POST", `/v1/assets/${assetId}/deliveries`, { deliveries, ...body })))
        .data;
    },
    order: (id, verb, body) =>
      body === undefined
        ? creator.send("POST", `/v1/deliveries/${id}/${verb}`)
        : creator.sendJson("POST", `/v1/deliveries/${id}/${verb}`, body),
    becomes: (id, status) =>
      until(
        `${name} becomes ${status}`,
        () => delivery(id),
        (each) => each.status === status,
      ),
    async waitsFor(id, reason) {
      const { waiting_on: waiting } = await until(
        `${name} waits for ${reason}`,
        () => delivery(id),
        (each) => each.waiting_on?.reason === reason,
      );
      if (waiting === null) throw new Error(`${id} waits no longer`);
      return waiting;
    },
    history: async (id) =>
      (await json(listOf(eventSchema), creator.send("GET", "/v1/events?limit=100"))).data.flatMap(({ type, resource }) =>
        resource === id ? [type] : [],
      ),
    videos: async () => (await youtube()).videos.filter((each) => each.channel_id === channelId),
    sessions: async () => (await youtube()).sessions.filter((each) => each.channel_id === channelId),
    async asked(operation) {
      const reply = await fetch(`${world.control.url}/youtube/log`, { headers: { authorization: `Bearer ${world.operatorKey}` } });
      return z
        .object({ requests: z.array(exchangeRecord) })
        .parse(await reply.json())
        .requests.filter((each) => each.channel_id === channelId && (operation === undefined || each.operation === operation));
    },
  };
}
