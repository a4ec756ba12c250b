import { expect, test } from "vitest";
import { sniff } from "#adapters/sniff.ts";

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const padded = (head: Uint8Array) => {
  const bytes = new Uint8Array(4100);
  bytes.set(head);
  return bytes;
};

test.each([
  ["an MP4", ascii("\0\0\0\x18ftypisom\0\0\0\0isommp42"), "video/mp4"],
  ["a QuickTime film", ascii("\0\0\0\x14ftypqt  \0\0\0\0qt  "), "video/quicktime"],
  ["a WAV", ascii("RIFF\0\0\0\0WAVEfmt "), "audio/wav"],
  ["a PNG", ascii("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png"],
  ["a program", ascii("MZ\x90\0"), "application/x-msdownload"],
  ["text", ascii("#!/bin/sh\necho hello"), "application/octet-stream"],
  ["nothing", new Uint8Array(), "application/octet-stream"],
])("tells %s by its first bytes", async (_what, head, type) => {
  expect(await sniff(head.length === 0 ? head : padded(head))).toBe(type);
});
