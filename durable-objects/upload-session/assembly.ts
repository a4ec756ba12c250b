import { idOf } from "#domain/ids.ts";
import type { ResumableDigest } from "#domain/uploads/digests.ts";
import { MIB } from "#domain/uploads/part-plan.ts";
import { objectKeyOf, type StoredObject } from "#domain/uploads/object-store.ts";
import type { Result } from "#domain/result.ts";
import type { AppendCommand, AppendFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import { Head } from "./head.ts";
import type { SessionHost } from "./host.ts";
import { isReady, wantedDigests } from "./machine.ts";
import { attemptKeysOf, storedKeyOf } from "./object-keys.ts";
import type { PartStore } from "./part-store.ts";

/** What is read from R2 at once, and how much between two saves of the digest. */
const RANGE_BYTES = 8 * MIB;
const SAVE_BYTES = 64 * MIB;
const JOIN_BYTES = 64 * MIB;

export type AssemblyHost = SessionHost & {
  readonly parts: PartStore;
  /** Takes `body` in as any request's. */
  readonly receive: (command: AppendCommand, body: ReadableStream<Uint8Array>) => Promise<Result<UploadProgress, AppendFailure>>;
};

/**
 * From the last byte to the verified object. Every step may be the last before a crash and the first after one: it looks at what
 * is recorded, does what is missing, and records it. Throws on an outage; the next run goes on.
 */
export class Assembly {
  readonly #host: AssemblyHost;

  constructor(host: AssemblyHost) {
    this.#host = host;
  }

  async run(): Promise<void> {
    if (this.#host.state().spec.kind === "final") await this.#join();
    if (isReady(this.#host.state())) {
      if (!(await this.#host.parts.settled())) throw new Error("not every part could be stored");
      if (!(await new Head(this.#host).settled())) return;
      this.#host.apply({ type: "begin-completion" });
    }
    const { stage } = this.#host.state();
    if (stage.status === "completing" && stage.object === null) await this.#assemble();
    await this.#verify();
  }

  async #join(): Promise<void> {
    const { sessions, store } = this.#host.services();
    for (;;) {
      const { spec, stage, offset, length } = this.#host.state();
      if (stage.status !== "receiving" || offset === length) return;
      let start = 0;
      const partial = spec.sources.find(({ size }) => {
        if (offset < start + size) return true;
        start += size;
        return false;
      });
      const source = partial === undefined ? null : await sessions.get(partial.uploadId).source(spec.creatorId);
      const from = offset - start;
      const body = source === null ? null : await store.read(source.key, from, Math.min(source.size, from + JOIN_BYTES));
      if (body === null) {
        this.#vanished("a partial is gone");
        return;
      }
      const joined = await this.#host.receive(this.#joining(offset), body);
      if (!joined.ok || joined.value.offset === offset) throw new Error("a partial could not be joined now");
    }
  }

  #joining(offset: number): AppendCommand {
    const { rows, state } = this.#host;
    return {
      requestId: rows.requestId(),
      access: { by: "creator", creatorId: state().spec.creatorId },
      at: { kind: "exact", offset },
      length: null,
      final: false,
      holds: false,
      bodyBytes: null,
      maxAppendBytes: JOIN_BYTES,
      checksum: null,
      declared: {},
    };
  }

  async #assemble(): Promise<void> {
    const { rows } = this.#host;
    const { spec, offset } = this.#host.state();
    const object = await this.#complete();
    if (object === null || object.size !== offset || object.uploadId !== spec.id) {
      this.#vanished("the stored parts are gone");
      return;
    }
    rows.atomically(() => {
      this.#host.apply({ type: "assembled", object });
      rows.dropStaged();
    });
    for (const key of attemptKeysOf(rows, spec.id)) {
      if (key !== object.key) rows.enqueue(`erase:${key}`, "erase", { key }, rows.requestId(), this.#host.services().now());
    }
  }

  /** The one object, whether this call puts it together or one before whose answer was lost. */
  async #complete(): Promise<StoredObject | null> {
    const { rows, parts } = this.#host;
    const { store } = this.#host.services();
    const { spec, offset } = this.#host.state();
    const multipart = rows.multipart();
    if (multipart === null) return offset === 0 ? parts.putEmpty() : store.head(storedKeyOf(rows, spec.id));
    const key = objectKeyOf(spec.id);
    for (let attempt = 0; attempt < 3; attempt++) {
      const completed = await store.completeMultipart(key, multipart.id, rows.parts());
      if (completed.ok) return completed.value;
      if (completed.error.code === "multipart_missing") return store.head(key);
      if (!(await parts.repairContested())) return null;
    }
    return null;
  }

  /** Reads what has not been hashed as it came in (swarm, concatenation, a digest declared late), and compares. */
  async #verify(): Promise<void> {
    const { services } = this.#host;
    const { stage, offset } = this.#host.state();
    if (stage.status !== "completing" || stage.object === null) return;
    const digest = await this.#digestTo(stage.object.key, offset);
    const { now, ulid } = services();
    this.#host.apply({ type: "verify", digests: digest.values(), assetId: idOf("ast", ulid()), now: now() });
  }

  async #digestTo(key: string, end: number): Promise<ResumableDigest> {
    const { rows } = this.#host;
    const { digests, store } = this.#host.services();
    const wanted = wantedDigests(this.#host.state());
    const saved = rows.digest();
    const usable = wanted.every((algorithm) => saved[algorithm] !== undefined) ? digests.resume(saved) : null;
    let at = usable === null ? 0 : this.#host.state().hashedTo;
    const digest = usable ?? digests.begin(wanted);
    let savedAt = at;
    while (at < end) {
      const to = Math.min(end, at + RANGE_BYTES);
      const body = await store.read(key, at, to);
      if (body === null) throw new Error("the assembled object can't be read");
      for await (const bytes of body) {
        digest.update(bytes);
        at += bytes.length;
      }
      if (at !== to) throw new Error("the assembled object was read short");
      if (at - savedAt >= SAVE_BYTES || at === end) {
        rows.saveWithDigest({ ...this.#host.state(), hashedTo: at }, digest.save());
        savedAt = at;
      }
    }
    return digest;
  }

  #vanished(reason: string): void {
    this.#host.apply({ type: "vanished", reason, now: this.#host.services().now() });
  }
}
