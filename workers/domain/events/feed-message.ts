import { z } from "zod";
import { idSchema } from "#domain/id-schema.ts";
import { loggedEventSchema } from "./event-schema.ts";
import { EVENT_TYPES } from "./event.ts";
import type { BehindFeed, FeedMessage, FeedWish } from "./event-feed.ts";

const messageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: loggedEventSchema }),
  z.object({
    kind: z.literal("progress"),
    pace: z.object({
      uploadId: idSchema("upl"),
      offset: z.int(),
      length: z.int().nullable(),
      rateBps: z.number(),
      etaSeconds: z.number().nullable(),
    }),
  }),
  z.object({ kind: z.literal("page-end") }),
]);

const wishSchema = z.object({
  after: z.int().min(0).nullable(),
  types: z.array(z.enum(EVENT_TYPES)),
  resource: z.string().nullable(),
  progress: z.boolean(),
});

/** What a feed says to somebody whom it does not let in. */
const refusalSchema = z.discriminatedUnion("code", [
  z.object({ code: z.literal("behind"), floor: z.int().min(0) }),
  z.object({ code: z.literal("too_many_listeners"), limit: z.int() }),
]);

export type FeedRefusal = BehindFeed | { readonly code: "too_many_listeners"; readonly limit: number };

/** What a listener says: these two words, and nothing else. */
export const MORE = "more";
export const PROBE = "probe";
/** Answered for the feed by the platform, which does not wake it. */
export const ALIVE = "alive";

export const writeMessage = (message: FeedMessage): string => JSON.stringify(message);
/** Null for what a newer feed says and this one does not know: both run side by side during a deploy. */
export const readMessage = (text: string): FeedMessage | null =>
  text === ALIVE ? { kind: "alive" } : (messageSchema.safeParse(JSON.parse(text)).data ?? null);
export const writeWish = (wish: FeedWish): string => JSON.stringify(wish);
export const readWish = (text: string): FeedWish => wishSchema.parse(JSON.parse(text));
export const readRefusal = (text: string): FeedRefusal => refusalSchema.parse(JSON.parse(text));
