import { parseId, type RequestId } from "#domain/ids.ts";
import { DIGEST_ALGORITHMS, type DigestState } from "#domain/uploads/digests.ts";
import type { StoredPart } from "#domain/uploads/object-store.ts";
import { slotStart, type PartPlan } from "#domain/uploads/part-plan.ts";
import { isNew, migrate } from "#durable-objects/sql-migrations.ts";
import { Beginning } from "./beginning.ts";
import type { UploadState } from "./machine.ts";
import { readSpec, readState } from "./stored.ts";
import { MIGRATIONS, NO_SLOT, type OutboxRow, outboxRow, type SlotRow } from "./tables.ts";

/** Every statement that an upload session makes, as verbs. All synchronous. */
export class Rows {
  readonly #sql: SqlStorage;
  readonly #storage: DurableObjectStorage;
  readonly beginning: Beginning;
  /** As the rows have it; forgotten when a transaction fails. */
  #cached: UploadState | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.beginning = new Beginning(storage.sql);
    if (!isNew(this.#sql)) {
      migrate(this.#sql, MIGRATIONS);
      // No writer outlives its object: what was provisional is nobody's.
      this.#sql.exec("DELETE FROM pieces WHERE claim IS NOT NULL");
    }
  }

  /** All of `work` or nothing. */
  atomically<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (cause) {
      this.#cached = null;
      throw cause;
    }
  }

  create(state: UploadState, handleHash: string, requestId: RequestId): void {
    migrate(this.#sql, MIGRATIONS);
    this.#sql.exec("INSERT INTO spec (only, json) VALUES (1, ?)", JSON.stringify(state.spec));
    this.#sql.exec(
      "INSERT INTO state (only, json, projected_at, request_id) VALUES (1, ?, ?, ?)",
      stateJson(state),
      state.spec.createdAt,
      requestId,
    );
    this.admit(handleHash);
  }

  load(): UploadState | null {
    if (this.#cached !== null) return this.#cached;
    if (isNew(this.#sql)) return null;
    const row = this.#sql.exec<{ json: string; spec: string }>("SELECT state.json, spec.json AS spec FROM state, spec").toArray()[0];
    this.#cached = row === undefined ? null : readState(readSpec(row.spec), row.json);
    return this.#cached;
  }

  save(state: UploadState): void {
    this.#sql.exec("UPDATE state SET json = ?", stateJson(state));
    this.#cached = state;
  }

  saveWithDigest(state: UploadState, digest: DigestState): void {
    this.#sql.exec(
      "UPDATE state SET json = ?, sha256 = ?, crc32c = ?, blake3 = ?, md5 = ?",
      stateJson(state),
      digest.sha256 ?? null,
      digest.crc32c ?? null,
      digest.blake3 ?? null,
      digest.md5 ?? null,
    );
    this.#cached = state;
  }

  digest(): DigestState {
    const row = this.#sql.exec<Record<string, SqlStorageValue>>("SELECT sha256, crc32c, blake3, md5 FROM state").one();
    const state: { -readonly [A in keyof DigestState]: DigestState[A] } = {};
    for (const algorithm of DIGEST_ALGORITHMS) {
      const saved = row[algorithm];
      if (saved instanceof ArrayBuffer) state[algorithm] = new Uint8Array(saved);
    }
    return state;
  }

  /** Everything here has been deleted. */
  forget(): void {
    this.#cached = null;
  }

  admit(handleHash: string): void {
    this.#sql.exec("INSERT INTO handles (hash) VALUES (?) ON CONFLICT DO NOTHING", handleHash);
  }

  admits(handleHash: string): boolean {
    return this.#sql.exec("SELECT 1 FROM handles WHERE hash = ?", handleHash).toArray().length > 0;
  }

  multipart(): { id: string; createdAt: number } | null {
    const row = this.#sql.exec<{ id: string | null; at: number | null }>("SELECT multipart_id AS id, multipart_at AS at FROM state").one();
    return row.id === null ? null : { id: row.id, createdAt: row.at ?? 0 };
  }

  setMultipart(id: string, now: number): void {
    this.#sql.exec("UPDATE state SET multipart_id = ?, multipart_at = ?", id, now);
  }

  /** A number for the next attempt at a whole object, never given twice. */
  nextObjectAttempt(): number {
    return this.#sql.exec<{ n: number }>("UPDATE state SET object_attempt = object_attempt + 1 RETURNING object_attempt AS n").one().n;
  }

  objectAttempts(): number {
    return this.#sql.exec<{ n: number }>("SELECT object_attempt AS n FROM state").one().n;
  }

  setRequestId(requestId: RequestId): void {
    this.#sql.exec("UPDATE state SET request_id = ? WHERE request_id <> ?", requestId, requestId);
  }

  /** The request that last came: its id goes with what is done because of it. */
  requestId(): RequestId {
    const id = parseId("req", this.#sql.exec<{ request_id: string }>("SELECT request_id FROM state").one().request_id);
    if (id === null) throw new Error("the state row has no request id");
    return id;
  }

  wakeAt(): number | null {
    return this.#sql.exec<{ wake_at: number | null }>("SELECT wake_at FROM state").one().wake_at;
  }

  setWakeAt(at: number | null): void {
    this.#sql.exec("UPDATE state SET wake_at = ?", at);
  }

  projectedAt(): number {
    return this.#sql.exec<{ projected_at: number }>("SELECT projected_at FROM state").one().projected_at;
  }

  setProjectedAt(at: number): void {
    this.#sql.exec("UPDATE state SET projected_at = ?", at);
  }

  slot(slot: number): SlotRow {
    return this.#sql.exec<SlotRow>("SELECT * FROM slots WHERE slot = ?", slot).toArray()[0] ?? { slot, ...NO_SLOT };
  }

  /** Every slot that holds something, in order; at most 10,000 small rows. */
  slots(): SlotRow[] {
    return this.#sql.exec<SlotRow>("SELECT * FROM slots WHERE filled > 0 ORDER BY slot").toArray();
  }

  /** Where the last stored byte ends. */
  heldTo(plan: PartPlan): number {
    const last = this.#sql.exec<SlotRow>("SELECT * FROM slots WHERE filled > 0 ORDER BY slot DESC LIMIT 1").toArray()[0];
    return last === undefined ? 0 : slotStart(plan, last.slot) + last.filled;
  }

  /** Slots whose bytes are staged and not yet a part: found by their pieces, which are few however many slots are stored. */
  stagedSlots({ partBytes }: PartPlan): SlotRow[] {
    return this.#sql
      .exec<SlotRow>(
        "SELECT * FROM slots WHERE slot IN (SELECT position / ? FROM pieces) AND etag IS NULL AND filled > 0 ORDER BY slot",
        partBytes,
      )
      .toArray();
  }

  fillSlot(slot: number, filled: number): void {
    this.#sql.exec(
      "INSERT INTO slots (slot, filled) VALUES (?, ?) ON CONFLICT (slot) DO UPDATE SET filled = excluded.filled",
      slot,
      filled,
    );
  }

  /** Counts an attempt at `slot` before it is made; returns how many there were before. */
  countAttempt(slot: number): number {
    return (
      this.#sql
        .exec<{
          attempts: number;
        }>(
          "INSERT INTO slots (slot, attempts) VALUES (?, 1) ON CONFLICT (slot) DO UPDATE SET attempts = attempts + 1 RETURNING attempts",
          slot,
        )
        .one().attempts - 1
    );
  }

  recordPart(slot: number, filled: number, part: StoredPart): void {
    this.#sql.exec("UPDATE slots SET filled = ?, part_number = ?, etag = ? WHERE slot = ?", filled, part.number, part.etag, slot);
  }

  parts(): StoredPart[] {
    return this.#sql
      .exec<{ number: number; etag: string }>("SELECT part_number AS number, etag FROM slots WHERE etag IS NOT NULL ORDER BY slot")
      .toArray();
  }

  stage(position: number, bytes: Uint8Array, claim: number | null): void {
    this.#sql.exec("INSERT OR REPLACE INTO pieces (position, claim, bytes) VALUES (?, ?, ?)", position, claim, bytes);
  }

  /** The piece at or after `position` and before `end`. */
  piece(position: number, end: number): { position: number; bytes: Uint8Array } | null {
    const row = this.#sql
      .exec<{ position: number; bytes: ArrayBuffer }>(
        "SELECT position, bytes FROM pieces WHERE position >= ? AND position < ? ORDER BY position LIMIT 1",
        position,
        end,
      )
      .toArray()[0];
    return row === undefined ? null : { position: row.position, bytes: new Uint8Array(row.bytes) };
  }

  dropPieces(start: number, end: number): void {
    this.#sql.exec("DELETE FROM pieces WHERE position >= ? AND position < ?", start, end);
  }

  /** What a writer staged provisionally is kept. */
  keepClaim(claim: number): void {
    this.#sql.exec("UPDATE pieces SET claim = NULL WHERE claim = ?", claim);
  }

  dropClaim(claim: number): void {
    this.#sql.exec("DELETE FROM pieces WHERE claim = ?", claim);
  }

  dropStaged(): void {
    this.#sql.exec("DELETE FROM pieces");
    this.#sql.exec("DELETE FROM slots");
    this.beginning.drop();
  }

  enqueue(key: string, kind: string, payload: unknown, requestId: RequestId, now: number): void {
    this.#sql.exec(
      `INSERT INTO outbox (key, kind, payload, request_id, next_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, request_id = excluded.request_id, next_at = min(next_at, excluded.next_at)`,
      key,
      kind,
      JSON.stringify(payload),
      requestId,
      now,
    );
  }

  due(now: number): OutboxRow[] {
    return this.#sql
      .exec("SELECT * FROM outbox WHERE next_at <= ? ORDER BY next_at LIMIT 20", now)
      .toArray()
      .map((row) => outboxRow.parse(row));
  }

  postpone(key: string, attempts: number, nextAt: number): void {
    this.#sql.exec("UPDATE outbox SET attempts = ?, next_at = ? WHERE key = ?", attempts, nextAt, key);
  }

  /** Takes a row out unless it was asked for again, with another payload, in the meantime. */
  settle(key: string, payload: string): void {
    this.#sql.exec("DELETE FROM outbox WHERE key = ? AND payload = ?", key, payload);
  }

  /** What is still to be done under this key, as it was last asked for. */
  owed(key: string): OutboxRow | null {
    const row = this.#sql.exec("SELECT * FROM outbox WHERE key = ?", key).toArray()[0];
    return row === undefined ? null : outboxRow.parse(row);
  }

  owedOf(kind: string): OutboxRow[] {
    return this.#sql
      .exec("SELECT * FROM outbox WHERE kind = ?", kind)
      .toArray()
      .map((row) => outboxRow.parse(row));
  }

  nextDelivery(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(next_at) AS at FROM outbox").one().at;
  }
}

function stateJson(state: UploadState): string {
  const { spec: _, ...rest } = state;
  return JSON.stringify(rest);
}
