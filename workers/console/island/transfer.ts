import { LOCAL_ADVICE, type Advice } from "./advice.ts";
import { backoffMs } from "./backoff.ts";
import { chunkCeiling, chunkEnd, halved, SMALLEST_CHUNK } from "./chunk.ts";
import { pacedBy, paceFrom, type Pace } from "./pace.ts";
import { outcomeOf, type Outcome, type Receipt, type Reply } from "./reply.ts";
import type { Turn } from "./queue.ts";

/** An upload that is open, and how it wants to be written to. */
export type OpenUpload = { readonly id: string; readonly url: string; readonly partBytes: number; readonly maxAppendBytes: number };

export type Phase =
  | { readonly name: "waiting" | "opening" | "sending" | "checking" | "offline" | "settling" | "cancelled" }
  | { readonly name: "retrying"; readonly at: number }
  | { readonly name: "paused"; readonly why: "asked" | "taken_over" }
  | { readonly name: "stored"; readonly receipt: Receipt; readonly compared: boolean }
  | { readonly name: "failed"; readonly advice: Advice; readonly lost: boolean };

export type Opening =
  | { readonly ok: true; readonly value: OpenUpload }
  | { readonly ok: false; readonly retryable: boolean; readonly advice: Advice };

export type RangeRequest = { readonly contentRange: string; readonly body: Blob | null; readonly digest: string | null };

/** What a transfer needs of the world. */
export type TransferPorts = {
  readonly open: (file: File) => Promise<Opening>;
  /** Whatever goes wrong on the way is null. */
  readonly put: (url: string, request: RangeRequest, signal: AbortSignal) => Promise<Reply>;
  readonly cancel: (uploadId: string) => Promise<void>;
  /** SHA-256 as lower-case hex, computed apart; null where that is impossible. */
  readonly digest: (file: File, signal: AbortSignal) => Promise<string | null>;
  readonly isOnline: () => boolean;
  /** Resolves early when the connection comes back, rejects when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly chance: () => number;
};

/** After these nothing is left to go on with: trying again means beginning anew. */
const LOST = new Set(["upload_gone", "upload_not_found", "upload_failed", "digest_mismatch", "content_type_refused"]);
const BREAKS_UNTIL_SMALLER = 2;
const PASSED_UNTIL_LARGER = 4;
const SETTLING_PAUSE_MS = 1000;

const base64Of = (hex: string): string => btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))));

/** One file on its way. It counts only bytes that were acknowledged, and asks where it stands after everything that went wrong. */
export class Transfer {
  readonly file: File;
  phase: Phase = { name: "waiting" };
  acknowledged = 0;
  pace: Pace;
  upload: OpenUpload | null;
  readonly #ports: TransferPorts;
  readonly #changed: (transfer: Transfer) => void;
  #stop = new AbortController();
  /** Goes on through pauses: a large file is not read twice. */
  readonly #life = new AbortController();
  #digest: Promise<string | null> | null = null;
  #opening: Promise<Opening> | null = null;
  /** What a request may carry, and as much of it as has lately proved to come through. */
  #limit = 0;
  #ceiling = 0;
  #passed = 0;
  #breaks = 0;
  #attempt = 0;

  constructor(file: File, upload: OpenUpload | null, ports: TransferPorts, changed: (transfer: Transfer) => void) {
    this.file = file;
    this.upload = upload;
    this.pace = paceFrom(ports.now(), 0);
    this.#ports = ports;
    this.#changed = changed;
  }

  get turn(): Turn {
    switch (this.phase.name) {
      case "waiting":
        return "waiting";
      case "opening":
      case "sending":
      case "checking":
      case "offline":
      case "retrying":
      case "settling":
        return "working";
      case "paused":
      case "stored":
      case "failed":
      case "cancelled":
        return "parked";
    }
  }

  /** Bytes are not all stored, and this tab is at it. */
  get inFlight(): boolean {
    return this.turn !== "parked" && this.phase.name !== "settling";
  }

  /** Resolves when it is parked; never rejects. */
  async start(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#attempt = 0;
    this.#breaks = 0;
    try {
      await this.#drive(stop.signal);
    } catch {
      // What stopped it has said why; everything else that throws here is a file that can't be read.
      if (!stop.signal.aborted) this.#fail(LOCAL_ADVICE.unreadable, false);
    }
  }

  pause(): void {
    if (this.turn === "parked") return;
    this.#stop.abort();
    this.#enter({ name: "paused", why: "asked" });
  }

  /** Back into the queue, from wherever it stands. */
  goOn(): void {
    if (this.turn !== "parked" || this.phase.name === "stored" || this.phase.name === "cancelled") return;
    if (this.phase.name === "failed" && this.phase.lost) {
      this.upload = null;
      this.acknowledged = 0;
    }
    this.#enter({ name: "waiting" });
  }

  async cancel(): Promise<void> {
    this.#stop.abort();
    this.#life.abort();
    this.#enter({ name: "cancelled" });
    if (this.upload !== null) await this.#ports.cancel(this.upload.id);
  }

  async #drive(signal: AbortSignal): Promise<void> {
    this.#enter({ name: "opening" });
    const isNew = this.upload === null;
    const upload = this.upload ?? (await this.#open(signal));
    if (upload === null) return;
    this.#limit = Math.min(chunkCeiling(upload), this.#limit === 0 ? Infinity : this.#limit);
    this.#ceiling = this.#limit;
    this.pace = paceFrom(this.#ports.now(), this.acknowledged);
    const digest = (this.#digest ??= this.#ports.digest(this.file, this.#life.signal).catch(() => null));
    let offset: number | null = isNew && this.file.size > 0 ? 0 : null;
    for (;;) {
      const { outcome, bytes } = await this.#exchange(upload, offset, digest, signal);
      signal.throwIfAborted();
      switch (outcome.kind) {
        case "advanced":
          offset = outcome.offset;
          this.#advance(offset, bytes > 0);
          if (offset === this.file.size) {
            offset = null;
            this.#enter({ name: "settling" });
            await this.#ports.sleep(SETTLING_PAUSE_MS, signal);
          }
          break;
        case "again":
          offset = null;
          await this.#wait(outcome, bytes, signal);
          break;
        case "smaller":
          offset = null;
          if (bytes > 0 && bytes <= SMALLEST_CHUNK) return this.#fail(LOCAL_ADVICE.not_ours(413), false);
          if (bytes === 0) {
            await this.#wait({ stored: null, afterMs: null }, 0, signal);
            break;
          }
          this.#limit = outcome.maxBytes === null ? halved(bytes) : Math.min(outcome.maxBytes, this.#limit);
          this.#ceiling = this.#limit;
          break;
        case "taken_over":
          return this.#enter({ name: "paused", why: "taken_over" });
        case "refused":
          return this.#fail(outcome.advice, LOST.has(outcome.reason));
        case "complete": {
          this.#advance(this.file.size, false);
          const ours = await digest;
          return this.#enter({ name: "stored", receipt: outcome.receipt, compared: ours !== null && ours === outcome.receipt.sha256 });
        }
      }
    }
  }

  async #open(signal: AbortSignal): Promise<OpenUpload | null> {
    for (;;) {
      const opening = await (this.#opening ??= this.#begin());
      signal.throwIfAborted();
      if (opening.ok) return opening.value;
      if (!opening.retryable) {
        this.#fail(opening.advice, true);
        return null;
      }
      await this.#wait({ stored: null, afterMs: null }, 0, signal);
    }
  }

  /** Not ended by a pause or a cancel: what it has begun is known only when it is answered. */
  async #begin(): Promise<Opening> {
    const opening = await this.#ports.open(this.file);
    this.#opening = null;
    if (!opening.ok) return opening;
    this.upload = opening.value;
    this.#changed(this);
    if (this.phase.name === "cancelled") await this.#ports.cancel(opening.value.id);
    return opening;
  }

  /** One request: without an offset the question where the upload stands, otherwise the next chunk. */
  async #exchange(
    upload: OpenUpload,
    offset: number | null,
    digest: Promise<string | null>,
    signal: AbortSignal,
  ): Promise<{ outcome: Outcome; bytes: number }> {
    const { size } = this.file;
    const { bytesPerSecond } = this.pace;
    if (offset === null) {
      const reply = await this.#ports.put(upload.url, { contentRange: `bytes */${size}`, body: null, digest: null }, signal);
      return { outcome: outcomeOf(reply, this.#ports.now()), bytes: 0 };
    }
    const end = chunkEnd({ offset, size, partBytes: upload.partBytes, ceiling: this.#ceiling, bytesPerSecond });
    const body = this.file.slice(offset, end);
    // Throws when the file is not what was chosen any more, which a failed request would not tell.
    await body.slice(0, 1).arrayBuffer();
    if (end === size) this.#enter({ name: "checking" });
    const declared = end === size ? await digest : null;
    signal.throwIfAborted();
    if (this.phase.name !== "sending") this.#enter({ name: "sending" });
    const request = {
      contentRange: `bytes ${offset}-${end - 1}/${size}`,
      body,
      digest: declared === null ? null : `sha-256=:${base64Of(declared)}:`,
    };
    return { outcome: outcomeOf(await this.#ports.put(upload.url, request, signal), this.#ports.now()), bytes: end - offset };
  }

  #advance(offset: number, sent: boolean): void {
    this.#passed += sent ? 1 : 0;
    if (this.#passed >= PASSED_UNTIL_LARGER) {
      this.#passed = 0;
      this.#ceiling = Math.min(this.#limit, this.#ceiling * 2);
    }
    if (offset > this.acknowledged) {
      this.#attempt = 0;
      this.#breaks = 0;
    }
    this.acknowledged = Math.max(this.acknowledged, offset);
    this.pace = sent
      ? pacedBy(this.pace, this.#ports.now(), offset)
      : { ...paceFrom(this.#ports.now(), offset), bytesPerSecond: this.pace.bytesPerSecond };
    this.#changed(this);
  }

  async #wait({ stored, afterMs }: { stored: number | null; afterMs: number | null }, bytes: number, signal: AbortSignal): Promise<void> {
    const { now, chance, sleep, isOnline } = this.#ports;
    if (stored !== null) this.#advance(stored, false);
    this.#attempt += 1;
    this.#breaks += bytes > 0 ? 1 : 0;
    if (this.#breaks >= BREAKS_UNTIL_SMALLER) {
      this.#breaks = 0;
      this.#passed = 0;
      this.#ceiling = halved(Math.min(bytes, this.#ceiling));
    }
    const ms = Math.max(afterMs ?? 0, backoffMs(this.#attempt, chance()));
    if (stored !== null && stored === this.file.size) this.#enter({ name: "settling" });
    else this.#enter(isOnline() ? { name: "retrying", at: now() + ms } : { name: "offline" });
    await sleep(ms, signal);
  }

  #fail(advice: Advice, lost: boolean): void {
    this.#enter({ name: "failed", advice, lost });
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#changed(this);
  }
}
