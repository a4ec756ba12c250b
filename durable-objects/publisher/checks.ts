import type { Answer } from "#domain/publishing/answer.ts";
import type { VideoStatus } from "#domain/publishing/youtube/youtube.ts";
import type { DeliveryState } from "./delivery-state.ts";
import type { PublisherHost } from "./host.ts";
import { decide } from "./machine.ts";

/** As many as one `videos.list` takes. */
const IDS_A_CALL = 50;

/** How what the peer has taken is coming along: one question for fifty videos of the account, whatever destination they are for. */
export class Checks {
  readonly #host: PublisherHost;

  constructor(host: PublisherHost) {
    this.#host = host;
  }

  nextAt(): number | null {
    const { rows } = this.#host;
    if (rows.processing("", 1).length === 0) return null;
    return rows.account()?.checkAt ?? this.#host.services().now() + this.#pause(0);
  }

  /** There is something new to look at. */
  soon(): void {
    const { rows } = this.#host;
    const account = rows.account();
    if (account === null) return;
    const at = this.#host.services().now() + this.#pause(0);
    rows.saveAccount({ ...account, checkAt: Math.min(account.checkAt ?? at, at), checks: 0 });
  }

  /** Asks if it is time. */
  async run(): Promise<void> {
    const { rows } = this.#host;
    const { now } = this.#host.services();
    const account = rows.account();
    if (account === null) return;
    if (rows.processing("", 1).length === 0) {
      if (account.checkAt !== null) rows.saveAccount({ ...account, checkAt: null, checks: 0 });
      return;
    }
    if (account.checkAt === null) return rows.saveAccount({ ...account, checkAt: now() + this.#pause(0), checks: 0 });
    if (account.checkAt > now()) return;
    const moved = await this.#askAll();
    const current = rows.account();
    if (current === null) return;
    const checks = moved ? 0 : current.checks + 1;
    rows.saveAccount({ ...current, checkAt: now() + this.#pause(checks), checks });
  }

  #pause(checks: number): number {
    const { checkMs } = this.#host.services();
    return checkMs[Math.min(checks, checkMs.length - 1)] ?? checkMs[0];
  }

  async #askAll(): Promise<boolean> {
    let moved = false;
    for (let after = ""; ;) {
      const some = this.#host.rows.processing(after, IDS_A_CALL);
      const last = some.at(-1);
      if (last === undefined) return moved;
      after = last.spec.id;
      const videos = await this.#ask(some);
      if (videos === null) return moved;
      for (const { spec } of some) moved = this.#seen(spec.id, videos) || moved;
    }
  }

  /** By the first grant that the peer still takes. Null: nobody could be asked. */
  async #ask(some: readonly DeliveryState[]): Promise<readonly VideoStatus[] | null> {
    const { tokens, youtube, log } = this.#host.services();
    const ids = some.flatMap(({ remoteId }) => (remoteId === null ? [] : [remoteId]));
    const grants = new Map(some.map(({ spec }) => [spec.connectionId, spec.creatorId]));
    for (const [connectionId, creatorId] of grants) {
      const token = await tokens.get(creatorId, connectionId);
      if (!token.ok) continue;
      const answer = await this.#counted(() => youtube.videos(token.accessToken, ids));
      if (answer?.kind === "accepted") return answer.value;
      if (answer?.kind === "refused" && answer.refusal.kind === "reauth") await tokens.get(creatorId, connectionId, true);
      else {
        log.info("peer not asked", { code: answer === null ? "quota" : answer.kind === "refused" ? answer.refusal.code : "unknown" });
        return null;
      }
    }
    return null;
  }

  async #counted<T>(call: () => Promise<Answer<T>>): Promise<Answer<T> | null> {
    const { quota, quotaRequest, newEventId } = this.#host.services();
    const request = quotaRequest(newEventId(), "videos.list");
    const reserved = await quota.reserve(request);
    if (!reserved.granted) return null;
    const answer = await call();
    await quota.settle(request.id, request.cost);
    if (answer.kind === "refused" && answer.refusal.kind === "quota") await quota.exhausted(request.bucket, request.id);
    return answer;
  }

  #seen(id: DeliveryState["spec"]["id"], videos: readonly VideoStatus[]): boolean {
    const { rows, services, record } = this.#host;
    return rows.atomically(() => {
      const state = rows.find(id);
      if (state?.stage.status !== "processing") return false;
      const video = videos.find((each) => each.id === state.remoteId) ?? null;
      const step = decide(state, { type: "seen", video, now: services().now() });
      if (!step.ok || step.value.state === state) return false;
      record(step.value);
      return true;
    });
  }
}
