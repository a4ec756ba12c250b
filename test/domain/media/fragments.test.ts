import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { describe, expect, it } from "vitest";
import { inspect } from "#domain/media/read-media.ts";
import { box, FTYP, full, letters, u16, u32, u64 } from "../../fixtures/boxes.ts";
import { aFilm, FORMATS, noise } from "../../fixtures/films.ts";

const KEY = 0;
const DELTA = 0x0001_0000;
const TRACK = 7;
const SCALE = 1_000;
/** In ticks. */
const FRAME = 40;
const PLAIN: readonly [number, number] = [0, 0];

/** A film of which only what is written here takes memory; what lies between is zeros. */
class Sparse {
  readonly pieces: { at: number; bytes: Uint8Array }[] = [];
  length = 0;
  requests = 0;
  read = 0;

  add(...bytes: number[]): this {
    return this.append(Uint8Array.from(bytes));
  }

  append(bytes: Uint8Array): this {
    this.pieces.push({ at: this.length, bytes });
    this.length += bytes.length;
    return this;
  }

  media(bytes: number): this {
    this.add(...u32(bytes + 8), ...letters("mdat"));
    this.length += bytes;
    return this;
  }

  inspected = () =>
    inspect({
      length: this.length,
      read: async ({ start, end }) => {
        this.requests += 1;
        this.read += end - start;
        const range = new Uint8Array(end - start);
        for (const { at, bytes } of this.pieces) {
          const from = Math.max(at, start);
          const to = Math.min(at + bytes.length, end);
          if (from < to) range.set(bytes.subarray(from - at, to - at), from - start);
        }
        return range;
      },
    });

  keyframes = async () => (await this.inspected()).keyframes;
}

const moov = ({ flags = DELTA, edits = [] as number[], version = 0 } = {}): number[] => {
  const stsd = full("stsd", PLAIN, u32(1), box("avc1", [...noise(70, 5)]));
  const empty = ["stts", "stsc", "stco"].map((type) => full(type, PLAIN, u32(0)));
  const wide = version === 1 ? u64 : u32;
  const trak = box(
    "trak",
    full(
      "tkhd",
      [version, 3],
      wide(0),
      wide(0),
      u32(TRACK),
      Array.from({ length: 60 }, () => 0),
    ),
    ...(edits.length === 0 ? [] : [box("edts", full("elst", PLAIN, u32(1), u32(0), edits, u32(0x10000)))]),
    box(
      "mdia",
      full("mdhd", PLAIN, u32(0), u32(0), u32(SCALE), u32(0)),
      full("hdlr", PLAIN, u32(0), letters("vide")),
      box("minf", box("stbl", stsd, ...empty)),
    ),
  );
  const trex = (track: number, sampleFlags: number) => full("trex", PLAIN, u32(track), u32(1), u32(FRAME), u32(0), u32(sampleFlags));
  return box("moov", full("mvhd", PLAIN, u32(0), u32(0), u32(SCALE), u32(0)), trak, box("mvex", trex(1, KEY), trex(TRACK, flags)));
};

const traf = (track: number, at: number | null, ...runs: number[][]): number[] =>
  box("traf", full("tfhd", [0, 0x20000], u32(track)), ...(at === null ? [] : [full("tfdt", [1, 0], u64(at))]), ...runs);
const moof = (...trafs: number[][]): number[] => box("moof", full("mfhd", PLAIN, u32(1)), ...trafs);

/** A second: a keyframe and 24 that are none; where its bytes lie would mean none, read as flags. */
const SECOND = full("trun", [0, 0x5], u32(25), u32(DELTA), u32(KEY));
const aSecond = (at: number | null): number[] => moof(traf(TRACK, at, SECOND));

const seconds = (count: number, mediaBytes: number): Sparse => {
  const film = new Sparse().add(...FTYP, ...moov());
  for (let second = 0; second < count; second += 1) film.add(...aSecond(second * SCALE)).media(mediaBytes);
  return film;
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, second) => second);

describe("the keyframes of a film in fragments", () => {
  it.each([
    { video: "avc", gop: 13 },
    { video: "hevc-main10", gop: 25 },
  ] as const)("are those that mediabunny finds: $video, one in $gop", async ({ video, gop }) => {
    const film = await aFilm(FORMATS.mp4Fragments(), { frames: 130, gop, video });
    const { keyframes } = await inspect({ length: film.length, read: async ({ start, end }) => film.slice(start, end) });
    using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(film) });
    const track = await input.getPrimaryVideoTrack();
    if (track === null) expect.fail("no picture");
    const sink = new EncodedPacketSink(track);
    const expected: number[] = [];
    for await (const { type, timestamp } of sink.packets()) if (type === "key") expected.push(timestamp);
    expect(expected).toHaveLength(Math.ceil(130 / gop));
    expect(keyframes).toMatchObject({ everyFrame: false, complete: true });
    expect(keyframes?.seconds).toHaveLength(expected.length);
    keyframes?.seconds.forEach((second, index) => expect(second).toBeCloseTo(expected[index] ?? -1, 4));
  });

  it("are told by the first sample's flags, by those of the fragment and by each sample's own", async () => {
    const runs = [
      SECOND,
      // Flags of their own: the second of three.
      full("trun", [0, 0x400], u32(3), u32(DELTA), u32(KEY), u32(DELTA)),
      // Durations, sizes and signed shifts besides.
      full("trun", [1, 0xf00], u32(2), u32(100), u32(9), u32(DELTA), u32(0), u32(60), u32(9), u32(KEY), u32(-20)),
    ];
    const film = new Sparse().add(...FTYP, ...moov(), ...moof(traf(1, 0, SECOND), traf(TRACK, 0, ...runs))).media(100);
    expect(await film.keyframes()).toEqual({ everyFrame: false, complete: true, seconds: [0, 1.04, 1.2] });
  });

  it("go by the fragment's own defaults before the track's", async () => {
    const tfhd = full("tfhd", [0, 0x3b], u32(TRACK), u64(0), u32(1), u32(500), u32(9), u32(KEY));
    const fragment = box("moof", box("traf", tfhd, full("trun", PLAIN, u32(3))));
    const film = new Sparse().add(...FTYP, ...moov(), ...fragment, ...aSecond(null)).media(10);
    expect(await film.keyframes()).toMatchObject({ complete: true, seconds: [0, 0.5, 1, 1.5] });
  });

  it("go on where the fragment before ended when theirs does not say when it begins", async () => {
    const film = new Sparse().add(...FTYP, ...moov({ version: 1 }), ...aSecond(5_000), ...aSecond(null), ...aSecond(9_000)).media(10);
    expect(await film.keyframes()).toMatchObject({ complete: true, seconds: [5, 6, 9] });
  });

  it("are counted from the beginning of the film, as its edit list says", async () => {
    const film = new Sparse().add(...FTYP, ...moov({ edits: u32(400) }), ...aSecond(400), ...aSecond(1_400)).media(10);
    expect(await film.keyframes()).toMatchObject({ complete: true, seconds: [0, 1] });
  });

  it("are every frame where no sample is anything else", async () => {
    const run = full("trun", PLAIN, u32(25));
    const film = new Sparse().add(...FTYP, ...moov({ flags: KEY }), ...moof(traf(TRACK, 0, run))).media(10);
    expect(await film.keyframes()).toEqual({ everyFrame: true, seconds: [], complete: true });
  });

  it("are none where there is no fragment of the picture", async () => {
    const film = new Sparse().add(...FTYP, ...moov(), ...moof(traf(1, 0, SECOND))).media(10);
    expect(await film.keyframes()).toBeNull();
  });
});

describe("more fragments than a reading may look at", () => {
  const MORE = 400;
  const segments = (track: number, access = 0x9000_0000): number[] => {
    const entries = upTo(MORE).flatMap(() => [...u32(1_000_000), ...u32(SCALE), ...u32(access)]);
    return full("sidx", PLAIN, u32(track), u32(SCALE), u32(0), u32(0), u16(0), u16(MORE), entries);
  };
  const randomAccess = (track: number, version = 1): number[] => {
    const wide = version === 1 ? u64 : u32;
    const entries = upTo(MORE).flatMap((second) => [...wide(second * SCALE), ...wide(0), 1, 0, 1, 0, 0, 1]);
    const tfra = full("tfra", [version, 0], u32(track), u32(0b000110), u32(MORE), entries);
    return box("mfra", tfra, full("mfro", PLAIN, u32(8 + tfra.length + 16)));
  };

  it("are told as far as they were looked at, within the bounds of a reading", async () => {
    const film = seconds(MORE, 1_000_000);
    const keyframes = await film.keyframes();
    expect(keyframes).toMatchObject({ everyFrame: false, complete: false });
    expect(keyframes?.seconds).toEqual(upTo(keyframes?.seconds.length ?? 0));
    expect(keyframes?.seconds.length).toBeGreaterThan(50);
    expect(film.requests).toBeLessThanOrEqual(64);
    expect((await film.inspected()).look).toMatchObject({ status: "read", info: { index: { place: "fragments" } } });
  });

  it.each([0, 1])("are told to the end by an index of random access at the end, version %i, and not as all there are", async (version) => {
    const film = seconds(MORE, 1_000_000).add(...randomAccess(TRACK, version));
    expect(await film.keyframes()).toEqual({ everyFrame: false, complete: false, seconds: upTo(MORE) });
    expect(film.requests).toBeLessThanOrEqual(64);
  });

  it("are told to the end by an index of segments before them", async () => {
    const film = new Sparse().add(...FTYP, ...moov(), ...segments(TRACK));
    for (const second of upTo(MORE)) film.add(...aSecond(second * SCALE)).media(1_000_000);
    expect(await film.keyframes()).toEqual({ everyFrame: false, complete: false, seconds: upTo(MORE) });
  });

  it.each([
    ["another track's", segments(1), randomAccess(1)],
    ["segments that nothing can begin with", segments(TRACK, 0), []],
    ["segments that begin with pictures out of order", segments(TRACK, 0xb000_0000), []],
  ])("are not taken from %s", async (_whose, before, after) => {
    const film = new Sparse().add(...FTYP, ...moov(), ...before);
    for (const second of upTo(MORE)) film.add(...aSecond(second * SCALE)).media(1_000_000);
    expect((await film.add(...after).keyframes())?.seconds.length).toBeLessThan(70);
  });

  it("are all told where they are small enough to be looked at, whatever an index leaves out", async () => {
    const film = seconds(MORE, 100).add(...randomAccess(1));
    expect(await film.keyframes()).toEqual({ everyFrame: false, complete: true, seconds: upTo(MORE) });
  });
});

// Whoever counts what a file claims is still counting when the time is over.
describe("fragments that mean harm", { timeout: 20_000 }, () => {
  const U32 = 0xffff_ffff;

  it.each([
    ["four billion samples without a field of their own", moof(traf(TRACK, 0, full("trun", [0, 0x4], u32(U32), u32(KEY)))), [0]],
    ["more samples than there are bytes", moof(traf(TRACK, 0, full("trun", [0, 0x400], u32(U32), u32(KEY), u32(DELTA)))), [0]],
    [
      "a beginning beyond all measure",
      moof(traf(TRACK, 0, SECOND), box("traf", full("tfhd", PLAIN, u32(TRACK)), full("tfdt", [1, 0], u32(U32), u32(U32)), SECOND)),
      [0],
    ],
    ["a fragment that is cut", [...u32(5_000), ...letters("moof"), ...traf(TRACK, 0, SECOND)], undefined],
    ["a description larger than any", [...u32(2_000_000), ...letters("moof")], undefined],
  ])("cost no more than others: %s", async (_name, fragment, expected) => {
    const keyframes = await new Sparse().add(...FTYP, ...moov(), ...fragment).keyframes();
    expect(keyframes?.seconds).toEqual(expected);
  });

  it("are read no further than 48 MiB, however much they describe", async () => {
    const tracks = moov().slice(8);
    const film = new Sparse().add(...FTYP, ...u32(tracks.length + 20_000_008), ...letters("moov"), ...tracks);
    film.add(...u32(20_000_000), ...letters("free")).length += 20_000_000 - 8;
    for (const second of upTo(100)) {
      const fragment = traf(TRACK, second * SCALE, SECOND);
      film.add(...u32(8 + fragment.length + 900_000), ...letters("moof"), ...fragment, ...u32(900_000), ...letters("free"));
      film.length += 900_000 - 8;
    }
    const { look, keyframes } = await film.inspected();
    expect(look.status).toBe("read");
    expect(keyframes).toMatchObject({ complete: false });
    expect(keyframes?.seconds.length).toBeGreaterThan(20);
    expect(film.read).toBeLessThanOrEqual(48 * 1024 * 1024);
  });

  it("list no more keyframes than any film has", async () => {
    const run = full("trun", PLAIN, u32(U32));
    const film = new Sparse().add(...FTYP, ...moov({ flags: KEY }), ...moof(traf(TRACK, 0, run))).media(10);
    const keyframes = await film.keyframes();
    expect(keyframes).toMatchObject({ everyFrame: false, complete: false });
    expect(keyframes?.seconds).toHaveLength(100_000);
  });

  it("are not looked for in a row of boxes without an end", async () => {
    const row = new Uint8Array(2_000_000);
    for (let at = 0; at < row.length; at += 8) row.set([0, 0, 0, 8, ...letters("free")], at);
    const film = new Sparse().add(...FTYP, ...moov(), ...aSecond(0));
    expect(
      await film
        .append(row)
        .add(...aSecond(1_000))
        .keyframes(),
    ).toMatchObject({ complete: false, seconds: [0] });
  });
});
