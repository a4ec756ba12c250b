/** Something that takes uploads, in processes of its own. */
export interface Server {
  readonly url: string;
  /** What is measured: the processes in which the bytes are handled, without the tools around them. */
  readonly pids: readonly number[];
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>;
}

/** The address in the line by which wrangler says that it serves. */
export function addressIn(text: string): string | null {
  return /Ready on (http:\/\/[^\s:/]+:\d+)/.exec(text)?.[1] ?? null;
}
