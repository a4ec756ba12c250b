import { createHash } from "node:crypto";
import { ok, type Result } from "#domain/result.ts";
import { inQuery, type Refusal, refuse } from "#test/world/youtube/refusals.ts";

const DEFAULT_RESULTS = 5;
const MAX_RESULTS = 50;

export type Page<T> = {
  readonly items: readonly T[];
  readonly pageInfo: { readonly totalResults: number; readonly resultsPerPage: number };
  readonly nextPageToken?: string;
  readonly prevPageToken?: string;
};

/** A page of a list, by `maxResults` and `pageToken`. */
export function pageOf<T>(query: URLSearchParams, all: readonly T[]): Result<Page<T>, Refusal> {
  const size = query.get("maxResults") ?? String(DEFAULT_RESULTS);
  if (!/^\d{1,6}$/.test(size) || Number(size) > MAX_RESULTS) {
    return refuse(
      "invalidParameter",
      `Invalid value '${size}'. Values must be within the range: [0, ${MAX_RESULTS}]`,
      inQuery("maxResults"),
    );
  }
  const token = query.get("pageToken");
  const from = token === null ? 0 : offsetIn(token);
  if (from === null || (token !== null && from > all.length)) return refuse("invalidPageToken", undefined, inQuery("pageToken"));
  const resultsPerPage = Number(size);
  const next = from + resultsPerPage;
  return ok({
    items: all.slice(from, next),
    pageInfo: { totalResults: all.length, resultsPerPage },
    ...(resultsPerPage > 0 && next < all.length ? { nextPageToken: tokenOf(next) } : {}),
    ...(from > 0 ? { prevPageToken: tokenOf(Math.max(0, from - resultsPerPage)) } : {}),
  });
}

const tokenOf = (offset: number): string => Buffer.from(`page ${offset}`).toString("base64url");

function offsetIn(token: string): number | null {
  const offset = /^page (\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("latin1"))?.[1];
  return offset === undefined ? null : Number(offset);
}

export const etagOf = (value: unknown): string => createHash("sha1").update(JSON.stringify(value)).digest("base64url");
