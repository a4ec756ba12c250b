import type { Exchange, UploadExchange } from "#api/dialects/exchange.ts";
import { append } from "./append.ts";
import { creation } from "./creation.ts";
import { offset } from "./offset.ts";
import { termination } from "./termination.ts";

export type Operation<E extends Exchange> = {
  /** The extensions of tus 1.0 that this operation carries. */
  readonly extensions: readonly string[];
  perform(exchange: E): Promise<Response>;
};

export type Operations<E extends Exchange> = Readonly<Record<string, Operation<E>>>;

export const onCollection: Operations<Exchange> = { POST: creation };

export const onUpload: Operations<UploadExchange> = { HEAD: offset, PATCH: append, DELETE: termination };

/** What `Tus-Extension` says: what is there, and nothing else. */
export const EXTENSIONS: readonly string[] = [
  ...new Set([...Object.values(onCollection), ...Object.values(onUpload)].flatMap(({ extensions }) => extensions)),
];
