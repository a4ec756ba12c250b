import { Bits, Cursor } from "./cursor.ts";
import { type AudioTrack, CHROMAS, printable, type VideoTrack } from "./media-info.ts";
import { type Picture, readAvcParameters } from "./parameter-sets.ts";
import { CutShort, Malformed } from "./reading.ts";

const AVC_PROFILES: Readonly<Record<number, string>> = {
  44: "CAVLC 4:4:4 Intra",
  66: "Baseline",
  77: "Main",
  88: "Extended",
  100: "High",
  110: "High 10",
  122: "High 4:2:2",
  244: "High 4:4:4 Predictive",
};
const HEVC_PROFILES: Readonly<Record<number, string>> = { 1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions" };
const AV1_PROFILES = ["Main", "High", "Professional"];
/** ISO/IEC 14496-3 table 1.17. */
const AAC_PROFILES: Readonly<Record<number, string>> = { 1: "Main", 2: "LC", 5: "HE-AAC", 29: "HE-AAC v2", 42: "xHE-AAC" };
export const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** ITU-T H.273 8.2: 16 is PQ (SMPTE ST 2084), 18 HLG. */
export const hdrOf = (transfer: number | null): VideoTrack["hdr"] => (transfer === 16 ? "pq" : transfer === 18 ? "hlg" : null);

const chromaOf = (idc: number): VideoTrack["chroma"] => CHROMAS[idc] ?? null;

type Described = Partial<VideoTrack>;

const depthOf = (bitDepth: number): number | null => (bitDepth <= 16 ? bitDepth : null);

export function describeAvc(picture: Picture): Described {
  const { profileIdc, constraints, levelIdc } = picture;
  const constrained = profileIdc === 66 && (constraints & 0x40) !== 0;
  return {
    profile: constrained ? "Constrained Baseline" : (AVC_PROFILES[profileIdc] ?? printable(`profile ${profileIdc}`)),
    level: (levelIdc / 10).toFixed(1),
    bitDepth: depthOf(picture.bitDepth),
    chroma: chromaOf(picture.chromaIdc),
    hdr: hdrOf(picture.transfer),
  };
}

export function describeHevc({
  profileIdc,
  levelIdc,
  bitDepth,
  chromaIdc,
}: Omit<Picture, "constraints" | "width" | "height" | "transfer" | "frameRate">): Described {
  return {
    profile: HEVC_PROFILES[profileIdc] ?? printable(`profile ${profileIdc}`),
    level: (levelIdc / 30).toFixed(1),
    bitDepth: depthOf(bitDepth),
    chroma: chromaOf(chromaIdc),
  };
}

/** `avcC` (ISO/IEC 14496-15 5.3.3.1). What its parameter set does not tell, the profile does. */
export function readAvcConfiguration(bytes: Uint8Array): Described {
  const cursor = new Cursor(bytes);
  cursor.skip(1);
  const profileIdc = cursor.u8();
  const constraints = cursor.u8();
  const levelIdc = cursor.u8();
  const byProfile = {
    profileIdc,
    constraints,
    levelIdc,
    chromaIdc: profileIdc === 122 ? 2 : profileIdc === 244 ? 3 : 1,
    bitDepth: profileIdc === 110 || profileIdc === 122 ? 10 : 8,
    width: 0,
    height: 0,
    transfer: null,
    frameRate: null,
  };
  cursor.skip(1);
  const sets = cursor.u8() & 0x1f;
  if (sets === 0) return describeAvc(byProfile);
  try {
    return describeAvc({ ...readAvcParameters(cursor.slice(cursor.u16())), profileIdc, constraints, levelIdc });
  } catch (cause) {
    if (cause instanceof CutShort || cause instanceof Malformed) return describeAvc(byProfile);
    throw cause;
  }
}

/** `hvcC` (ISO/IEC 14496-15 8.3.3.1). */
export function readHevcConfiguration(bytes: Uint8Array): Described {
  const cursor = new Cursor(bytes);
  cursor.skip(1);
  const profileIdc = cursor.u8() & 0x1f;
  cursor.skip(4 + 6);
  const levelIdc = cursor.u8();
  cursor.skip(2 + 1);
  const chromaIdc = cursor.u8() & 3;
  return describeHevc({ profileIdc, levelIdc, chromaIdc, bitDepth: 8 + (cursor.u8() & 7) });
}

/** `av1C` (AV1 in ISOBMFF 2.3.3). */
export function readAv1Configuration(bytes: Uint8Array): Described {
  const bits = new Bits(bytes);
  bits.skip(8);
  const profile = bits.bits(3);
  const level = bits.bits(5);
  bits.skip(1);
  const high = bits.bit();
  const twelve = bits.bit();
  const monochrome = bits.bit();
  const halvedX = bits.bit();
  const halvedY = bits.bit();
  return {
    profile: AV1_PROFILES[profile] ?? null,
    level: level === 31 ? null : `${2 + (level >> 2)}.${level & 3}`,
    bitDepth: high === 0 ? 8 : twelve === 0 ? 10 : 12,
    chroma: monochrome === 1 ? "4:0:0" : halvedX === 0 ? "4:4:4" : halvedY === 0 ? "4:2:2" : "4:2:0",
  };
}

/** `vpcC` (VP Codec ISO Media File Format Binding), its version and flags included. */
export function readVpConfiguration(bytes: Uint8Array): Described {
  const cursor = new Cursor(bytes);
  cursor.skip(4);
  const profile = cursor.u8();
  const level = cursor.u8();
  const packed = cursor.u8();
  cursor.skip(1);
  const subsampling = (packed >> 1) & 7;
  return {
    profile: `Profile ${profile}`,
    level: level === 0 ? null : (level / 10).toFixed(1),
    bitDepth: packed >> 4,
    chroma: subsampling < 2 ? "4:2:0" : chromaOf(subsampling),
    hdr: hdrOf(cursor.u8()),
  };
}

/** `AudioSpecificConfig` (ISO/IEC 14496-3 1.6.2.1). */
export function readAacConfiguration(bytes: Uint8Array): Partial<AudioTrack> {
  const bits = new Bits(bytes);
  const objectType = (): number => {
    const type = bits.bits(5);
    return type === 31 ? 32 + bits.bits(6) : type;
  };
  const rate = (): number | null => {
    const index = bits.bits(4);
    return index === 15 ? bits.bits(24) : (AAC_RATES[index] ?? null);
  };
  const type = objectType();
  const sampleRate = rate();
  const layout = bits.bits(4);
  // What HE-AAC plays at is told after the rate that its core has.
  const extended = type === 5 || type === 29 ? rate() : null;
  return {
    profile: AAC_PROFILES[type] ?? null,
    sampleRate: extended ?? sampleRate,
    ...(layout === 0 ? {} : { channels: layout === 7 ? 8 : layout }),
  };
}
