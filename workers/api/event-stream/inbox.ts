import type { FeedListener, FeedMessage } from "#domain/events/event-feed.ts";

/** What one client may leave unread: more than any page of a feed. */
const MOST_CHARACTERS = 1024 * 1024;

type Waiting = { readonly message: FeedMessage; readonly characters: number };

/** What a feed has said and a client has not taken yet. */
export class Inbox implements FeedListener {
  #waiting: Waiting[] = [];
  #characters = 0;
  #isClosed = false;
  #taker: (() => void) | null = null;
  readonly #onMessage: (inbox: Inbox) => void;

  /** `onMessage` hears of every message, of those too that nobody has to take. */
  constructor(onMessage: (inbox: Inbox) => void) {
    this.#onMessage = onMessage;
  }

  get isOverfull(): boolean {
    return this.#characters > MOST_CHARACTERS;
  }

  message(message: FeedMessage, characters: number): void {
    if (this.#isClosed) return;
    if (message.kind !== "alive") this.#add({ message, characters });
    this.#onMessage(this);
    this.#wake();
  }

  closed(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Everything that waits, as soon as there is something; nothing once the feed has gone and everything it said has been taken. */
  async take(): Promise<readonly FeedMessage[]> {
    while (this.#waiting.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#taker = resolve;
      });
    }
    const taken = this.#waiting.map(({ message }) => message);
    this.#waiting = [];
    this.#characters = 0;
    return taken;
  }

  /** Of one upload's progress only the newest is worth taking. */
  #add(added: Waiting): void {
    const { message } = added;
    const at =
      message.kind === "progress"
        ? this.#waiting.findIndex(({ message: known }) => known.kind === "progress" && known.pace.uploadId === message.pace.uploadId)
        : -1;
    this.#characters += added.characters - (this.#waiting[at]?.characters ?? 0);
    if (at === -1) this.#waiting.push(added);
    else this.#waiting[at] = added;
  }

  #wake(): void {
    this.#taker?.();
    this.#taker = null;
  }
}
