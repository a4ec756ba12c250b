import { HEAD_BYTES } from "#domain/uploads/media-types.ts";
import type { SessionHost } from "./host.ts";
import { closed, hasEveryByte } from "./machine.ts";
import type { Writer } from "./writer.ts";

/** The upload's first bytes, by which its container is told. */
export class Head {
  readonly #host: SessionHost;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** Whether what the first bytes show is accepted, as far as there are enough of them to tell. */
  async accepts(writer: Writer): Promise<boolean> {
    const state = this.#host.state();
    if (state.detectedType !== null || state.length === 0) return true;
    const known = this.#host.rows.beginning.read(HEAD_BYTES);
    if (writer.head.length === 0 || writer.from > known.length) return !hasEveryByte(state) || this.#sniff(known);
    // From `from` on the writer knows better: what was there before may have been lost again.
    const head = new Uint8Array(writer.from + writer.head.length);
    head.set(known.subarray(0, writer.from));
    head.set(writer.head, writer.from);
    return head.length < HEAD_BYTES && !hasEveryByte(state) ? true : this.#sniff(head);
  }

  /** Before completion, whichever request it was that told the last byte or the length. */
  async settled(): Promise<boolean> {
    const { detectedType, length } = this.#host.state();
    return detectedType !== null || length === 0 || this.#sniff(this.#host.rows.beginning.read(HEAD_BYTES));
  }

  async #sniff(head: Uint8Array): Promise<boolean> {
    const contentType = await this.#host.services().sniff(head);
    if (this.#host.state().stage.status !== "receiving") return false;
    this.#host.apply({ type: "sniffed", contentType, now: this.#host.services().now() });
    return closed(this.#host.state()) === null;
  }
}
