import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FaultBook } from "#test/world/faults.ts";
import type { Blobs } from "./blobs.ts";
import type { Clock } from "./clock.ts";
import type { RequestFault } from "./faults.ts";
import type { Library } from "./library.ts";
import type { ExchangeRecord } from "./records.ts";
import type { Quota } from "./quota.ts";
import type { Uploading } from "./upload/uploading.ts";

/** Everything that YouTube's parts share. */
export type Site = {
  readonly library: Library;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly quota: Quota;
  readonly faults: Pick<FaultBook, "takeForYouTube">;
  readonly uploading: Uploading;
};

/** What the wire log will say of a request, as far as it is known yet. */
export type Note = {
  -readonly [
    Name in "reason" | "client_id" | "channel_id" | "session_id" | "video_id" | "range" | "fault" | "operation"
  ]: ExchangeRecord[Name];
} & { bytes: number };

/** One request on its way through. */
export type Call = {
  readonly site: Site;
  readonly request: IncomingMessage;
  /** The request forgets its own when it ends. */
  readonly socket: Socket;
  readonly url: URL;
  /** Where this YouTube is for whoever asks. */
  readonly origin: string;
  readonly note: Note;
  /** The body, counted; ends by throwing when the connection goes first. */
  body(): AsyncIterable<Buffer>;
};

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly html?: string;
  readonly text?: string;
  readonly bytes?: Buffer;
};

/** Faults of which the one who reads the body knows best how they go. */
export type BodyFault = Extract<RequestFault, { kind: "reset" | "short_range" | "expired_session" }>;

/** null: there is nobody left to answer. */
export type Handler = (call: Call) => Promise<Reply | null>;
