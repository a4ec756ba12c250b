import { createHash, randomBytes, randomInt } from "node:crypto";

export const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

export const newSecret = (prefix: string, bytes = 32): string => prefix + randomBytes(bytes).toString("base64url");

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export const newId = (prefix: string, length: number): string =>
  prefix + Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");

export const newVideoId = (): string => newId("", 11);
export const newChannelId = (): string => newId("UC", 22);
export const newPlaylistId = (): string => newId("PL", 32);

/** A channel's list of everything that it uploaded. */
export const uploadsPlaylistOf = (channelId: string): string => channelId.replace(/^UC/, "UU");
