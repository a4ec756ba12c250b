import type { AccessTokens } from "#domain/connections/connection.ts";
import type { AssetContent } from "#domain/assets/content.ts";
import type { Log } from "#domain/log.ts";
import type { AccountKey } from "#domain/publishing/account.ts";
import type { Answer, Refusal } from "#domain/publishing/answer.ts";
import type { CarrierReport, Publisher, WorkOrder } from "#domain/publishing/publisher.ts";
import type { Carriage } from "#domain/publishing/transfer-jobs.ts";
import type { Standing, YouTube } from "#domain/publishing/youtube/youtube.ts";
import type { QuotaMethod } from "#domain/quota/costs.ts";
import type { QuotaLedger, QuotaRequest } from "#domain/quota/quota-ledger.ts";
import type { ChunkPlan } from "./chunk.ts";
import { Holding, type HoldingPorts } from "./holding.ts";

export type CarrierPorts = HoldingPorts & {
  readonly publishers: { get(account: AccountKey): Pick<Publisher, "take" | "report"> };
  readonly tokens: AccessTokens;
  readonly youtube: YouTube;
  readonly quota: Pick<QuotaLedger, "reserve" | "settle" | "exhausted">;
  readonly quotaRequest: (id: string, method: QuotaMethod) => QuotaRequest;
  readonly content: AssetContent;
  readonly chunks: ChunkPlan;
  readonly log: Log;
};

/** How a carriage ended, as it is reported. */
type Ending =
  Extract<CarrierReport, { type: "accepted" | "refused" | "unknown" | "yielded" }> extends infer R
    ? R extends CarrierReport
      ? Omit<R, "deliveryId" | "epoch">
      : never
    : never;

/** A queue's consumer may run for fifteen minutes; the last chunk needs its own time to end. */
const MOST_MS = 12 * 60_000;

const LOST: Ending = { type: "yielded" };

/**
 * Carries one delivery as far as it goes in one go: asks where its session stands, sends what is lacking, and tells its publisher
 * before each step. Safe to be called twice and to be killed anywhere: whoever comes next begins with the same question.
 */
export async function carryDelivery(ports: CarrierPorts, { account, deliveryId, epoch, requestId }: Carriage): Promise<void> {
  const publisher = ports.publishers.get(account);
  const log = ports.log.with({ request_id: requestId, delivery_id: deliveryId, account });
  const order = await publisher.take({ deliveryId, epoch });
  if (order === null) return log.info("nothing to carry");
  log.info("carrying", { phase: order.committing ? "committing" : "transferring", bytes: order.source.size });
  const holding = new Holding(publisher, deliveryId, order, ports);
  const ending = await carry(ports, order, holding).catch((cause: unknown): Ending => {
    log.error("carriage broke off", { cause });
    return { type: "unknown", detail: "The transfer broke off on our side.", retryAfterMs: null };
  });
  await holding.tell(ending);
}

async function carry(ports: CarrierPorts, order: WorkOrder, holding: Holding): Promise<Ending> {
  const until = ports.now() + MOST_MS;
  const { size } = order.source;
  if (size === 0)
    return refused({ kind: "final", code: "youtube.empty_file", detail: "The file is empty.", retryAfterMs: null, bucket: null });
  const begun = order.session === null ? await open(ports, order, holding) : { url: order.session };
  if ("type" in begun) return begun;
  let answer: Answer<Standing> =
    order.session === null ? { kind: "accepted", value: { state: "open", offset: 0 } } : await ports.youtube.standing(begun.url, size);
  let chunkBytes = ports.chunks.first;
  let { committing } = order;
  for (;;) {
    if (answer.kind === "refused") return refused(answer.refusal);
    if (answer.kind === "unknown") return { type: "unknown", detail: answer.detail, retryAfterMs: answer.retryAfterMs };
    if (answer.value.state === "complete") return { type: "accepted", remoteId: answer.value.videoId };
    const start = answer.value.offset;
    if (!(await holding.tell({ type: "progress", bytesDone: start }))) return LOST;
    if (start >= size) return { type: "unknown", detail: "YouTube has every byte and no video yet.", retryAfterMs: null };
    if (ports.now() > until) return { type: "yielded" };
    const end = Math.min(size, start + chunkBytes);
    if (end === size && !committing) {
      if (!(await holding.tell({ type: "commit" }))) return LOST;
      committing = true;
    }
    const body = await ports.content.open(order.source.objectKey, { start, end });
    if (body === null) return { type: "unknown", detail: "The stored file could not be read.", retryAfterMs: null };
    const begunAt = ports.now();
    answer = await holding.during(start, (signal) => ports.youtube.send(begun.url, { start, end, total: size, body, signal }));
    chunkBytes = ports.chunks.after(end - start, ports.now() - begunAt);
  }
}

/** A session is stored before its first byte; each costs an insert, whatever comes of it. */
async function open(ports: CarrierPorts, order: WorkOrder, holding: Holding): Promise<{ readonly url: string } | Ending> {
  const { tokens, quota, youtube } = ports;
  // The same for who comes after us, if nobody hears whether it was granted.
  const request = ports.quotaRequest(`${order.deliveryId}:${order.sessions + 1}`, "videos.insert");
  const reserved = await quota.reserve(request);
  if (!reserved.granted) return refused(USED_UP, reserved.until);
  const { metadata, source } = order;
  let answer: Answer<{ readonly uploadUrl: string }> | null = null;
  for (const fresh of [false, true]) {
    const token = await tokens.get(order.creatorId, order.connectionId, fresh);
    if (!token.ok) {
      await quota.settle(request.id, answer === null ? 0 : request.cost);
      return refused(noToken(token.reason, token.detail));
    }
    answer = await youtube.openUpload(token.accessToken, { metadata, size: source.size, contentType: source.contentType });
    if (answer.kind !== "refused" || answer.refusal.kind !== "reauth") break;
  }
  await quota.settle(request.id, request.cost);
  if (answer === null || answer.kind === "unknown")
    return { type: "unknown", detail: answer?.detail ?? "", retryAfterMs: answer?.retryAfterMs ?? null };
  if (answer.kind === "refused") {
    const { bucket } = answer.refusal;
    const until = bucket === null || bucket === "channel" ? null : (await quota.exhausted(bucket, request.id)).until;
    return refused(answer.refusal, until);
  }
  const url = answer.value.uploadUrl;
  if (await holding.tell({ type: "opened", session: url })) return { url };
  await youtube.abandon(url);
  return LOST;
}

const refused = (refusal: Refusal, until: number | null = null): Ending => ({ type: "refused", refusal, until });

const USED_UP: Refusal = {
  kind: "quota",
  code: "youtube.quota",
  detail: "Today's uploads of this service are used up.",
  retryAfterMs: null,
  bucket: "inserts",
};

const noToken = (reason: "needs_reauth" | "away", detail: string): Refusal => ({
  kind: reason === "away" ? "busy" : "reauth",
  code: reason === "away" ? "youtube.away" : "youtube.needs_reauth",
  detail,
  retryAfterMs: null,
  bucket: null,
});
