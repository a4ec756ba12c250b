import { z } from "zod";
import { retryAfterMs } from "#adapters/webhooks/retry-after.ts";
import type { Answer, Refusal, RefusalKind } from "#domain/publishing/answer.ts";
import { jsonIn, type Lost, type Reply } from "./exchange.ts";

const MAX_DETAIL = 300;

/**
 * Google's reasons (https://developers.google.com/youtube/v3/docs/errors) that say more than their status does. Every other one
 * goes by its status.
 */
const KINDS: Readonly<Record<string, RefusalKind>> = {
  authError: "reauth",
  required: "reauth",
  authorizationRequired: "reauth",
  insufficientPermissions: "reauth",
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: "reauth",
  youtubeSignupRequired: "reauth",
  quotaExceeded: "quota",
  dailyLimitExceeded: "quota",
  uploadLimitExceeded: "quota",
  rateLimitExceeded: "busy",
  RATE_LIMIT_EXCEEDED: "busy",
  userRateLimitExceeded: "busy",
  servingLimitExceeded: "busy",
  concurrentLimitExceeded: "busy",
  // The limit is on thumbnails, and passes.
  uploadRateLimitExceeded: "busy",
  videoNotFound: "gone",
  playlistNotFound: "gone",
  playlistItemNotFound: "gone",
};

const word = z.string().optional().catch(undefined);
const errorSchema = z.object({
  error: z.object({
    message: word,
    errors: z.array(z.object({ reason: word, message: word })).catch([]),
    details: z.array(z.object({ reason: word, metadata: z.object({ quota_limit: word }).catch({ quota_limit: undefined }) })).catch([]),
  }),
});

export type Context = {
  readonly now: number;
  /** The bucket that the request is counted in. */
  readonly bucket: Exclude<Refusal["bucket"], "channel" | null>;
  /** What must not be in the words that are passed on. */
  readonly secrets: readonly string[];
};

/** What an answer that is no success says. The status decides, a reason only explains it. */
export function refusalOf(reply: Reply, context: Context): Refusal {
  const error = errorSchema.safeParse(jsonIn(reply)).data?.error;
  const reason = error?.errors[0]?.reason ?? error?.details[0]?.reason;
  const message = error === undefined ? plainText(reply) : (error.message ?? error.errors[0]?.message);
  const isDaily = error?.details.some(({ metadata }) => /PerDay/i.test(metadata.quota_limit ?? "")) ?? false;
  const kind = kindOf(reply.status, reason, isDaily);
  return {
    kind,
    code: `youtube.${codeOf(reason) ?? `http_${reply.status}`}`,
    detail: detailOf(message, context.secrets) ?? `YouTube answered ${reply.status}.`,
    retryAfterMs: retryAfterMs(reply.headers.get("Retry-After"), context.now),
    bucket: kind !== "quota" ? null : reason === "uploadLimitExceeded" ? "channel" : context.bucket,
  };
}

function kindOf(status: number, reason: string | undefined, isDaily: boolean): RefusalKind {
  if (status === 401) return "reauth";
  if (status === 404 || status === 410) return "gone";
  if (status < 400 || status >= 500 || status === 408) return "busy";
  // Newer limits are all called a rate, those of a day as well.
  if (isDaily) return "quota";
  const kind = reason === undefined || !Object.hasOwn(KINDS, reason) ? undefined : KINDS[reason];
  return kind ?? (status === 409 || status === 429 ? "busy" : "final");
}

/** Nothing came back of a request that can be made again. */
export function lostRefusal({ reason }: Lost): Refusal {
  return { kind: "busy", code: `youtube.${reason}`, detail: LOST[reason], retryAfterMs: null, bucket: null };
}

export const lostUnknown = ({ reason }: Lost): Answer<never> => unknownAnswer(LOST[reason], null);

export const unknownAnswer = (detail: string, retryAfter: number | null): Answer<never> => ({
  kind: "unknown",
  detail,
  retryAfterMs: retryAfter,
});

export const refused = (refusal: Refusal): Answer<never> => ({ kind: "refused", refusal });

export const UNREADABLE = "YouTube's answer can't be read.";

/** A success whose answer says nothing, of what can be asked again. */
export const unreadable: Answer<never> = refused({
  kind: "busy",
  code: "youtube.unreadable",
  detail: UNREADABLE,
  retryAfterMs: null,
  bucket: null,
});

const LOST: Readonly<Record<Lost["reason"], string>> = {
  timed_out: "YouTube did not answer in time.",
  unreachable: "YouTube could not be reached, or the connection broke.",
};

/** `invalidTitle` and `SERVICE_DISABLED` in our spelling. */
function codeOf(reason: string | undefined): string | null {
  if (reason === undefined || !/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(reason)) return null;
  return reason.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}

const plainText = ({ text, headers }: Reply): string | undefined =>
  /^text\/plain\b/i.test(headers.get("Content-Type") ?? "text/plain") && !text.trimStart().startsWith("<") ? text : undefined;

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

function detailOf(message: string | undefined, secrets: readonly string[]): string | null {
  if (message === undefined) return null;
  const hidden = secrets.filter((secret) => secret !== "").reduce((text, secret) => text.replaceAll(secret, "…"), message);
  const plain = hidden
    .replaceAll(/<\/?[a-z][^<>]*>/gi, "")
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(/\b(?:ya29\.|1\/\/)[\w.-]+|(?<=\b(?:upload_id|access_token|key)=)[^\s&"']+/g, "…")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (plain === "") return null;
  return plain.length <= MAX_DETAIL ? plain : `${plain.slice(0, MAX_DETAIL - 1).replace(/\p{Cs}$/u, "")}…`;
}
