/** Event streams as the HTML standard describes them (§9.2): fields by the line, an empty line ends an event. */
export const EVENT_STREAM = "text/event-stream";

/** What browsers send when they come back by themselves. */
export const requestHeaders = ["Last-Event-ID"];

export type Frame = {
  /** Where to go on after this; what nobody can go on from has none. */
  readonly id: string | null;
  readonly type: string;
  readonly data: object;
};

/** JSON has no line breaks of its own: one line of data is enough. */
export const writeFrame = ({ id, type, data }: Frame): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Dispatches nothing, but who is cut off before the first event goes on from here. */
export const writeOpening = (id: string, retryMs: number): string => `retry: ${retryMs}\nid: ${id}\n\n`;

/** A comment: proxies and clients see that the connection lives. */
export const HEARTBEAT = ":\n\n";
