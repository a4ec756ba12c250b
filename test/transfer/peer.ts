import type { Answer, Refusal } from "#domain/publishing/answer.ts";
import type { Chunk, Standing, YouTube } from "#domain/publishing/youtube/youtube.ts";

export const GRAIN = 4;

/** What goes wrong with one call, in the order of the calls. */
export type Trouble =
  | "none"
  /** Refused before anything has happened. */
  | "away"
  /** It happened, and nobody is told. */
  | "lost_reply"
  /** Some of the body arrives, and nobody is told. */
  | "cut"
  /** Some of the body is kept, and that is told. */
  | "short"
  /** The session is gone, with whatever it had. */
  | "gone"
  | "quota"
  | "reauth"
  /** The process that made the call dies in it, after it has happened. */
  | "killed";

type Session = { readonly size: number; bytes: Uint8Array; videoId: string | null; gone: boolean };

export class Killed extends Error {}

/** A peer that keeps to the protocol and has all the bad luck that it is told to have. */
export class UnluckyPeer {
  readonly videos: { readonly id: string; readonly bytes: Uint8Array }[] = [];
  inserts = 0;
  /** More than one at once has been under way at some time. */
  overlapped = false;
  readonly abandoned: string[] = [];
  #busy = 0;
  readonly #sessions = new Map<string, Session>();
  readonly #troubles: Trouble[];
  #dead = false;

  constructor(troubles: readonly Trouble[]) {
    this.#troubles = [...troubles];
  }

  /** Whoever called before is dead; the next one lives. */
  revive(): void {
    this.#dead = false;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  readonly youtube: YouTube = {
    openUpload: async (_token, { size }) =>
      this.#met<{ uploadUrl: string }>(["lost_reply", "quota", "reauth"], () => {
        this.inserts += 1;
        const uploadUrl = `https://peer.example/session/${this.inserts}`;
        this.#sessions.set(uploadUrl, { size: size ?? 0, bytes: new Uint8Array(0), videoId: null, gone: false });
        return { kind: "accepted", value: { uploadUrl } };
      }),
    standing: async (url) => this.#met<Standing>(["gone"], (trouble) => this.#standing(url, trouble)),
    send: async (url, chunk) => {
      this.overlapped ||= this.#busy > 0;
      this.#busy += 1;
      try {
        const body = new Uint8Array(await new Response(chunk.body).arrayBuffer());
        return await this.#met<Standing>(["lost_reply", "cut", "short", "gone"], (trouble) => this.#send(url, chunk, body, trouble));
      } finally {
        this.#busy -= 1;
      }
    },
    abandon: async (url) => {
      this.abandoned.push(url);
      const session = this.#sessions.get(url);
      if (session?.videoId === null) session.gone = true;
      return { kind: "accepted", value: null };
    },
    videos: async () => ({ kind: "accepted", value: [] }),
    update: async () => ({ kind: "accepted", value: { changed: false } }),
    remove: async () => ({ kind: "accepted", value: null }),
    channels: async () => ({ kind: "accepted", value: [] }),
    setThumbnail: async () => ({ kind: "accepted", value: null }),
  };

  #send(url: string, { start, end, total }: Chunk, body: Uint8Array, trouble: Trouble): Answer<Standing> {
    const session = this.#sessions.get(url);
    if (session === undefined || session.gone) return refusal("gone", "youtube.session_gone");
    if (trouble === "gone") {
      session.gone = true;
      return refusal("gone", "youtube.session_gone");
    }
    if (session.videoId !== null) return { kind: "accepted", value: { state: "complete", videoId: session.videoId } };
    if (body.length !== end - start) throw new Error("the body is not as long as its range");
    if (end !== total && (end - start) % GRAIN !== 0) throw new Error("not a multiple of the grain");
    if (start > session.bytes.length) throw new Error("a gap");
    const kept = trouble === "cut" || trouble === "short" ? Math.floor(body.length / 2 / GRAIN) * GRAIN : body.length;
    const from = session.bytes.length - start;
    session.bytes = Uint8Array.from([...session.bytes, ...body.subarray(from, Math.max(from, kept))]);
    return this.#standing(url, "none");
  }

  #standing(url: string, trouble: Trouble): Answer<Standing> {
    const session = this.#sessions.get(url);
    if (session === undefined || session.gone || trouble === "gone") {
      if (session !== undefined) session.gone = true;
      return refusal("gone", "youtube.session_gone");
    }
    if (session.videoId === null && session.bytes.length === session.size) {
      session.videoId = `video-${this.videos.length + 1}`;
      this.videos.push({ id: session.videoId, bytes: session.bytes });
    }
    return {
      kind: "accepted",
      value: session.videoId === null ? { state: "open", offset: session.bytes.length } : { state: "complete", videoId: session.videoId },
    };
  }

  /** Meets the next trouble, as far as this call can have it. */
  async #met<T>(possible: readonly Trouble[], effect: (trouble: Trouble) => Answer<T>): Promise<Answer<T>> {
    if (this.#dead) throw new Killed();
    const trouble = this.#troubles.shift() ?? "none";
    if (trouble === "away") return refusal("busy", "youtube.away");
    if (trouble === "killed") {
      effect("none");
      this.#dead = true;
      throw new Killed();
    }
    if (!possible.includes(trouble)) return effect("none");
    if (trouble === "quota") return refusal("quota", "youtube.quota_exceeded", "inserts");
    if (trouble === "reauth") return refusal("reauth", "youtube.auth_error");
    const answer = effect(trouble);
    return trouble === "lost_reply" || trouble === "cut"
      ? { kind: "unknown", detail: "The connection broke.", retryAfterMs: null }
      : answer;
  }
}

const refusal = (kind: Refusal["kind"], code: string, bucket: Refusal["bucket"] = null): Answer<never> => ({
  kind: "refused",
  refusal: { kind, code, detail: code, retryAfterMs: null, bucket },
});
