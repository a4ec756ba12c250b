import { MIB } from "#domain/uploads/part-plan.ts";
import type { Look } from "#domain/media/media-info.ts";
import { isolateBudget } from "./block-budget.ts";
import type { SessionHost } from "./host.ts";

/** A look that ended its process is not tried for ever. */
const MOST_ATTEMPTS = 2;

export type EarlyLookHost = SessionHost & {
  /** Keeps the object awake for `work`; nobody waits for it. */
  readonly aside: (work: Promise<void>) => void;
  /** Brings what was found to those who should know. */
  readonly found: () => Promise<void>;
};

/**
 * What the first megabytes show while the rest is still coming. They stay in rows of this object when their parts have gone to
 * R2; the look reads these rows and nothing else, once, beside the transfer, and whatever becomes of it the transfer goes on.
 */
export class EarlyLook {
  readonly #host: EarlyLookHost;
  #begun = false;

  constructor(host: EarlyLookHost) {
    this.#host = host;
  }

  /** Part of the transaction in which the bytes from `start` become a part: what of them belongs to the beginning stays. */
  keep(start: number, chunks: Iterable<Uint8Array>): void {
    const end = this.#host.services().early.bytes;
    if (start >= end || this.#host.state().spec.kind === "partial") return;
    for (const piece of inRows(chunks, end - start)) this.#host.rows.beginning.keep(start + piece.at, piece.bytes);
  }

  /** Begins the look as soon as there are enough bytes for it. */
  beginWhenDue(): void {
    if (this.#begun) return;
    const { look, offset, length, spec, stage } = this.#host.state();
    const wanted = Math.min(this.#host.services().early.bytes, length ?? Number.MAX_SAFE_INTEGER);
    if (look !== null || spec.kind === "partial" || stage.status !== "receiving" || offset === 0 || offset < wanted) return;
    this.#begun = true;
    this.#host.aside(this.#run());
  }

  async #run(): Promise<void> {
    const { apply, log } = this.#host;
    try {
      const look = this.#look();
      if (look === null) return;
      apply({ type: "looked", look });
      await this.#host.found();
    } catch (cause) {
      log().warn("look failed", { cause });
    }
  }

  #look(): Look | null {
    const { rows, services, state } = this.#host;
    const { early } = services();
    // Counted before it is tried: a file that kills its reader kills it twice at most.
    if (rows.beginning.countLook() > MOST_ATTEMPTS) return { status: "unreadable", reason: "gave_up" };
    const room = isolateBudget.allowance();
    room.need(early.bytes);
    try {
      return early.look(rows.beginning.read(early.bytes), state().length);
    } finally {
      room.give();
    }
  }
}

/** `chunks` as far as `most`, put together into pieces of at most 1 MiB: few rows, however small the requests were. */
function* inRows(chunks: Iterable<Uint8Array>, most: number): Generator<{ at: number; bytes: Uint8Array }, void, undefined> {
  let at = 0;
  let gathered: Uint8Array[] = [];
  let length = 0;
  const joined = (): { at: number; bytes: Uint8Array } => {
    const [only] = gathered;
    const bytes = gathered.length === 1 && only !== undefined ? only : new Uint8Array(length);
    let end = 0;
    for (const piece of gathered.length > 1 ? gathered : []) {
      bytes.set(piece, end);
      end += piece.length;
    }
    return { at: at - length, bytes };
  };
  for (const chunk of chunks) {
    for (let rest = chunk.subarray(0, most - at); rest.length > 0;) {
      const taken = rest.subarray(0, MIB - length);
      gathered.push(taken);
      length += taken.length;
      at += taken.length;
      rest = rest.subarray(taken.length);
      if (length < MIB) continue;
      yield joined();
      gathered = [];
      length = 0;
    }
    if (at >= most) break;
  }
  if (length > 0) yield joined();
}
