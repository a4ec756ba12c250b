import { z } from "zod";
import type { Documents } from "#test/world/documents.ts";
import {
  captionRecord,
  channelRecord,
  codeRecord,
  exchangeRecord,
  type ExchangeRecord,
  grantRecord,
  itemRecord,
  playlistRecord,
  projectRecord,
  sessionRecord,
  tokenRecord,
  videoRecord,
} from "./records.ts";
import { newId } from "./secret.ts";

const KEPT_EXCHANGES = 10_000;
const TRIM_EVERY = 500;

/** What YouTube remembers of one kind of thing, oldest first. */
export interface Collection<T> {
  get(id: string): T | null;
  put(value: T): void;
  drop(id: string): void;
  under(parent: string): T[];
  all(): T[];
  clear(): void;
}

const settingsRecord = z.strictObject({
  processing_ms: z.int().min(0).max(86_400_000),
  /** How long a video is whose bytes don't say it. */
  duration_seconds: z.number().min(0),
  reject_duplicates: z.boolean(),
  /** YouTube's guide says 201 of a finished upload, the service says 200. */
  inserted_status: z.union([z.literal(200), z.literal(201)]),
  session_ttl_seconds: z.int().min(1),
  thumbnail_bytes: z.int().min(1).max(50_000_000),
  /** How fast each body is read; null: as fast as it comes. */
  bytes_per_second: z.int().min(1).nullable(),
  /** Answers the consent page without a person. */
  consent: z.object({ channel_id: z.string(), decision: z.enum(["allow", "deny"]), scopes: z.array(z.string()).optional() }).nullable(),
});

const DEFAULT_SETTINGS: z.infer<typeof settingsRecord> = {
  processing_ms: 2_000,
  duration_seconds: 10,
  reject_duplicates: false,
  inserted_status: 200,
  session_ttl_seconds: 604_800,
  thumbnail_bytes: 2 * 1024 * 1024,
  bytes_per_second: null,
  consent: null,
};

export const settingsChange = settingsRecord.partial();

const countersRecord = z.object({
  inserts: z.int(),
  clock_offset_ms: z.int(),
  max_concurrent: z.record(z.string(), z.int()),
  /** client id → bucket → what a Pacific day has used. */
  usage: z.record(z.string(), z.record(z.string(), z.object({ day: z.string(), used: z.int() }))),
});

const NO_COUNTERS: z.infer<typeof countersRecord> = { inserts: 0, clock_offset_ms: 0, max_concurrent: {}, usage: {} };

export type Settings = z.infer<typeof settingsRecord>;
export type Counters = z.infer<typeof countersRecord>;

type Single<T> = { get(): T; change(change: Partial<T>): T; clear(): void };

export interface Library {
  readonly projects: Collection<z.infer<typeof projectRecord>>;
  readonly channels: Collection<z.infer<typeof channelRecord>>;
  readonly grants: Collection<z.infer<typeof grantRecord>>;
  readonly codes: Collection<z.infer<typeof codeRecord>>;
  readonly tokens: Collection<z.infer<typeof tokenRecord>>;
  readonly sessions: Collection<z.infer<typeof sessionRecord>>;
  readonly videos: Collection<z.infer<typeof videoRecord>>;
  readonly playlists: Collection<z.infer<typeof playlistRecord>>;
  readonly items: Collection<z.infer<typeof itemRecord>>;
  readonly captions: Collection<z.infer<typeof captionRecord>>;
  readonly settings: Single<Settings>;
  readonly counters: Single<Counters>;
  atomically(work: () => void): void;
  /** The newest 10,000. */
  readonly exchanges: { all(): ExchangeRecord[]; count(): number; add(record: ExchangeRecord): void; clear(): void };
}

export function openLibrary(documents: Documents): Library {
  const collection = <T>(kind: string, schema: z.ZodType<T>, key: (value: T) => readonly [id: string, parent: string]): Collection<T> => {
    const name = `youtube.${kind}`;
    const read = (text: string): T => schema.parse(JSON.parse(text));
    return {
      get(id) {
        const text = documents.get(name, id);
        return text === null ? null : read(text);
      },
      put(value) {
        const [id, parent] = key(value);
        documents.put(name, id, parent, JSON.stringify(value));
      },
      drop: (id) => documents.drop(name, id),
      under: (parent) => documents.under(name, parent).map(read),
      all: () => documents.all(name).map(read),
      clear: () => documents.clear(name),
    };
  };

  const single = <T extends object>(kind: string, schema: z.ZodType<T>, defaults: T): Single<T> => {
    const name = `youtube.${kind}`;
    const get = (): T => {
      const text = documents.get(name, kind);
      return text === null ? defaults : schema.parse(JSON.parse(text));
    };
    return {
      get,
      change(change) {
        const changed = schema.parse({ ...get(), ...change });
        documents.put(name, kind, "", JSON.stringify(changed));
        return changed;
      },
      clear: () => documents.clear(name),
    };
  };

  return {
    projects: collection("project", projectRecord, (project) => [project.client_id, ""]),
    channels: collection("channel", channelRecord, (channel) => [channel.id, channel.account.sub]),
    grants: collection("grant", grantRecord, (grant) => [grant.id, grant.channel_id]),
    codes: collection("code", codeRecord, (code) => [code.sha256, code.client_id]),
    tokens: collection("token", tokenRecord, (token) => [token.sha256, token.grant_id]),
    sessions: collection("session", sessionRecord, (session) => [session.id, session.channel_id]),
    videos: collection("video", videoRecord, (video) => [video.id, video.channel_id]),
    playlists: collection("playlist", playlistRecord, (playlist) => [playlist.id, playlist.channel_id]),
    items: collection("item", itemRecord, (item) => [item.id, item.playlist_id]),
    captions: collection("caption", captionRecord, (caption) => [caption.id, caption.video_id]),
    settings: single("settings", settingsRecord, DEFAULT_SETTINGS),
    counters: single("counters", countersRecord, NO_COUNTERS),
    atomically: documents.atomically,
    exchanges: exchangesIn(documents),
  };
}

function exchangesIn(documents: Documents): Library["exchanges"] {
  const name = "youtube.exchange";
  const all = (): ExchangeRecord[] => documents.all(name).map((text) => exchangeRecord.parse(JSON.parse(text)));
  let added = 0;
  return {
    all,
    count: () => documents.countOf(name),
    add(record) {
      documents.put(name, newId("", 22), "", JSON.stringify(record));
      added += 1;
      if (added % TRIM_EVERY === 0) documents.trim(name, KEPT_EXCHANGES);
    },
    clear: () => documents.clear(name),
  };
}
