/** Who speaks a protocol to a server: over a socket, or straight to the routes. */
export type Speaker = {
  send(method: string, url: string, init?: SpeakerInit): Promise<Response>;
};

export type SpeakerInit = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
};

/** One sentence of a protocol's text, and what shows that it is kept. */
export type Requirement = {
  readonly section: string;
  readonly must: string;
  readonly shown: (speaker: Speaker) => Promise<void>;
};

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** Bytes that differ from each of their neighbours', so that a misplaced one shows. */
export const patternOf = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
