type Offer = { readonly bytes: Uint8Array; readonly settled: (taken: boolean) => void };

/** A body that is written piece by piece, no faster than it is read. */
export class Outlet {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #offers: Offer[] = [];
  /** The reader waits. */
  #pulled: (() => void) | null = null;

  /** `onGone`: nobody reads any more. */
  constructor(onGone: () => void) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () =>
          new Promise<void>((resolve) => {
            this.#pulled = resolve;
            this.#give();
          }),
        cancel: () => {
          this.#controller = null;
          this.#drop();
          onGone();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** There is something that has not been taken. */
  get isWaiting(): boolean {
    return this.#offers.length > 0;
  }

  /** Resolves when it has been taken, or never will be. */
  write(text: string): Promise<boolean> {
    if (this.#controller === null) return Promise.resolve(false);
    return new Promise((settled) => {
      this.#offers.push({ bytes: this.#encoder.encode(text), settled });
      this.#give();
    });
  }

  /** The end, as a reader expects it. */
  close(): void {
    this.#controller?.close();
    this.#end();
  }

  /** The reader's connection is broken off, whether it reads or not. */
  cut(reason: string): void {
    this.#controller?.error(new Error(reason));
    this.#end();
  }

  #give(): void {
    if (this.#pulled === null) return;
    const offer = this.#offers.shift();
    if (offer === undefined) return;
    this.#controller?.enqueue(offer.bytes);
    offer.settled(true);
    this.#pulled();
    this.#pulled = null;
  }

  #end(): void {
    this.#controller = null;
    this.#drop();
    // A pull that is never answered would keep the body from being let go.
    this.#pulled?.();
    this.#pulled = null;
  }

  #drop(): void {
    const dropped = this.#offers;
    this.#offers = [];
    for (const { settled } of dropped) settled(false);
  }
}
