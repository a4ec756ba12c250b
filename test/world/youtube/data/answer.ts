import { ok, type Result } from "#domain/result.ts";
import type { Caller } from "#test/world/youtube/caller.ts";
import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import { googleError, type Refusal } from "#test/world/youtube/refusals.ts";
import { etagOf, type Page } from "./paging.ts";

/** A call of one method by somebody who may call it. */
export type Ask = {
  readonly site: Site;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  readonly resource: unknown;
  readonly origin: string;
};

/** null: 204, done and nothing to say. */
export type Answer = Result<object | null, Refusal>;

export type Method = (ask: Ask) => Answer;

export const listAnswer = (kind: string, page: Partial<Page<object>> & { readonly items: readonly object[] }): Answer =>
  ok({ kind, etag: etagOf(page), ...page });

export function replyOf(call: Call, answer: Answer): Reply {
  if (!answer.ok) return refusedReply(call, answer.error);
  return answer.value === null ? { status: 204 } : { status: 200, json: answer.value };
}

export function refusedReply({ note }: Call, refusal: Refusal): Reply {
  note.reason = refusal.reason;
  return googleError(refusal);
}
