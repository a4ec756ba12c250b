import { Bits } from "./cursor.ts";
import { Malformed } from "./reading.ts";

/** What a stream's own parameter set says of its pictures. */
export type Picture = {
  readonly profileIdc: number;
  readonly constraints: number;
  readonly levelIdc: number;
  readonly chromaIdc: number;
  readonly bitDepth: number;
  readonly width: number;
  readonly height: number;
  readonly transfer: number | null;
  readonly frameRate: number | null;
};

/** Profiles that tell chroma and depth (ITU-T H.264 7.3.2.1.1). */
const HIGH_PROFILES = new Set([44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244]);

/** Emulation prevention taken out (H.264 7.4.1.1): 00 00 03 means 00 00. At most 4 KiB of a unit are of interest. */
function rawPayload(unit: Uint8Array): Uint8Array {
  const from = unit.subarray(0, 4096);
  const raw = new Uint8Array(from.length);
  let length = 0;
  let zeros = 0;
  for (const byte of from) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    raw[length++] = byte;
  }
  return raw.subarray(0, length);
}

/** A sequence parameter set of H.264, its NAL header included (ITU-T H.264 7.3.2.1.1, E.1.1). */
export function readAvcParameters(unit: Uint8Array): Picture {
  const bits = new Bits(rawPayload(unit.subarray(1)));
  const profileIdc = bits.bits(8);
  const constraints = bits.bits(8);
  const levelIdc = bits.bits(8);
  bits.ue();
  let chromaIdc = 1;
  let bitDepth = 8;
  if (HIGH_PROFILES.has(profileIdc)) {
    chromaIdc = bits.ue();
    if (chromaIdc === 3) bits.skip(1);
    bitDepth = 8 + bits.ue();
    bits.ue();
    bits.skip(1);
    if (bits.bit() === 1) skipScalingLists(bits, chromaIdc === 3 ? 12 : 8);
  }
  bits.ue();
  const orderType = bits.ue();
  if (orderType === 0) bits.ue();
  else if (orderType === 1) {
    bits.skip(1);
    bits.se();
    bits.se();
    const cycle = bits.ue();
    if (cycle > 255) throw new Malformed("more reference frames in a cycle than there may be");
    for (let frame = 0; frame < cycle; frame++) bits.se();
  }
  bits.ue();
  bits.skip(1);
  const widthInMacroblocks = bits.ue() + 1;
  const heightInUnits = bits.ue() + 1;
  const framesOnly = bits.bit();
  if (framesOnly === 0) bits.skip(1);
  bits.skip(1);
  const crop = bits.bit() === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chromaIdc === 1 || chromaIdc === 2 ? 2 : 1;
  const unitY = (chromaIdc === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    profileIdc,
    constraints,
    levelIdc,
    chromaIdc,
    bitDepth,
    width: Math.max(0, widthInMacroblocks * 16 - unitX * (left + right)),
    height: Math.max(0, heightInUnits * 16 * (2 - framesOnly) - unitY * (top + bottom)),
    ...readUsability(bits),
  };
}

/** As far as the transfer curve and the tick go; a stream without it has neither. */
function readUsability(bits: Bits): Pick<Picture, "transfer" | "frameRate"> {
  if (bits.bit() === 0) return { transfer: null, frameRate: null };
  if (bits.bit() === 1 && bits.bits(8) === 255) bits.skip(32);
  if (bits.bit() === 1) bits.skip(1);
  let transfer: number | null = null;
  if (bits.bit() === 1) {
    bits.skip(4);
    if (bits.bit() === 1) {
      bits.skip(8);
      transfer = bits.bits(8);
      bits.skip(8);
    }
  }
  if (bits.bit() === 1) {
    bits.ue();
    bits.ue();
  }
  if (bits.bit() === 0) return { transfer, frameRate: null };
  const tick = bits.bits(32);
  const scale = bits.bits(32);
  // Two ticks are a frame (E.2.1).
  return { transfer, frameRate: tick === 0 || scale === 0 ? null : scale / tick / 2 };
}

function skipScalingLists(bits: Bits, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (bits.bit() === 0) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index++) {
      if (next !== 0) next = (last + bits.se() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** A sequence parameter set of H.265, its NAL header of two bytes included (ITU-T H.265 7.3.2.2.1), as far as the depth. */
export function readHevcParameters(unit: Uint8Array): Picture {
  const bits = new Bits(rawPayload(unit.subarray(2)));
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  bits.skip(3);
  const profileIdc = bits.bits(5);
  bits.skip(32 + 48);
  const levelIdc = bits.bits(8);
  const present = Array.from({ length: subLayers }, () => ({ profile: bits.bit(), level: bits.bit() }));
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const { profile, level } of present) bits.skip(profile * 88 + level * 8);
  bits.ue();
  const chromaIdc = bits.ue();
  if (chromaIdc === 3) bits.skip(1);
  const width = bits.ue();
  const height = bits.ue();
  const [left = 0, right = 0, top = 0, bottom = 0] = bits.bit() === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [];
  const unitX = chromaIdc === 1 || chromaIdc === 2 ? 2 : 1;
  const unitY = chromaIdc === 1 ? 2 : 1;
  return {
    profileIdc,
    constraints: 0,
    levelIdc,
    chromaIdc,
    bitDepth: 8 + bits.ue(),
    width: Math.max(0, width - unitX * (left + right)),
    height: Math.max(0, height - unitY * (top + bottom)),
    transfer: null,
    frameRate: null,
  };
}
