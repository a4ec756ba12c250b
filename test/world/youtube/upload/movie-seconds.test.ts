import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryDirectory } from "#test/world/testing.ts";
import { bytesOf } from "#test/world/youtube/testing.ts";
import { movieSeconds } from "./movie-seconds.ts";

const directory = temporaryDirectory();
afterAll(() => directory.remove());

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const uint64 = (value: number): Buffer => Buffer.concat([uint32(Math.floor(value / 2 ** 32)), uint32(value % 2 ** 32)]);

const box = (type: string, ...content: Buffer[]): Buffer => {
  const bytes = Buffer.concat(content);
  return Buffer.concat([uint32(bytes.byteLength + 8), Buffer.from(type), bytes]);
};
const longBox = (type: string, content: Buffer): Buffer => {
  return Buffer.concat([uint32(1), Buffer.from(type), uint64(content.byteLength + 16), content]);
};
const ftyp = box("ftyp", Buffer.from("isomiso2"));
const mdat = box("mdat", bytesOf(100_000));
const mvhd = (timescale: number, duration: number): Buffer =>
  box("mvhd", uint32(0), uint32(0), uint32(0), uint32(timescale), uint32(duration), Buffer.alloc(80));
const mvhd64 = (timescale: number, duration: number): Buffer =>
  box("mvhd", uint32(0x01_00_00_00), uint64(0), uint64(0), uint32(timescale), uint64(duration), Buffer.alloc(80));

test.each<[string, Buffer, number | null]>([
  ["the movie box first", Buffer.concat([ftyp, box("moov", mvhd(600, 3_900)), mdat]), 6.5],
  ["the movie box last", Buffer.concat([ftyp, mdat, box("moov", box("udta"), mvhd(1_000, 12_345))]), 12.345],
  ["long numbers", Buffer.concat([ftyp, longBox("mdat", bytesOf(1_000)), box("moov", mvhd64(90_000, 90_000 * 50_000))]), 50_000],
  ["no length in it", Buffer.concat([ftyp, box("moov", mvhd(600, 0))]), null],
  ["no timescale", Buffer.concat([ftyp, box("moov", mvhd(0, 600))]), null],
  ["half a header", Buffer.concat([ftyp, box("moov", mvhd(600, 3_900))]).subarray(0, 40), null],
  ["nothing", Buffer.alloc(0), null],
  ["anything", bytesOf(50_000), null],
  ["a box that is smaller than its head", Buffer.concat([uint32(3), Buffer.from("free"), bytesOf(100)]), null],
  ["a box that goes on to the end", Buffer.concat([uint32(0), Buffer.from("mdat"), bytesOf(100)]), null],
])("a file with %s", (name, bytes, seconds) => {
  const path = join(directory.path, name);
  writeFileSync(path, bytes);
  expect(movieSeconds(path)).toBe(seconds);
});
