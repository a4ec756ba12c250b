/** Somebody to whom events are brought, and when each of them arrived (epoch milliseconds). */
export interface Ear {
  readonly name: string;
  readonly arrivals: ReadonlyMap<string, Arrival>;
  stop(): Promise<void>;
}

export type Arrival = {
  readonly at: number;
  /** When it happened, by the event itself. */
  readonly happenedAt: number;
};
