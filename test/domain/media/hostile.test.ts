import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { look as lookSchema } from "#domain/media/media-info.ts";
import { inspect, LOOK_BYTES, lookAt } from "#domain/media/read-media.ts";
import { box, FTYP, letters, u32 } from "../../fixtures/boxes.ts";
import { aFilm, FORMATS, noise } from "../../fixtures/films.ts";

const MOST_MS = 1_000;
const MOST_READ_BYTES = 48 * 1024 * 1024;
const MOST_REQUESTS = 64;

/** Reads in both ways, and holds both to their bounds; what comes out is well-formed and small. */
async function expectBounded(bytes: Uint8Array, length: number | null = bytes.length): Promise<void> {
  const started = performance.now();
  const early = lookAt(bytes, length);
  let read = 0;
  let requests = 0;
  const whole = await inspect({
    length: length ?? bytes.length,
    read: async ({ start, end }) => {
      read += end - start;
      requests += 1;
      return bytes.slice(start, end);
    },
  });
  expect(performance.now() - started).toBeLessThan(MOST_MS);
  expect(read).toBeLessThanOrEqual(MOST_READ_BYTES);
  expect(requests).toBeLessThanOrEqual(MOST_REQUESTS);
  for (const look of [early, whole.look]) {
    expect(lookSchema.parse(look)).toEqual(look);
    expect(JSON.stringify(look).length).toBeLessThan(16_000);
  }
  expect(whole.keyframes?.seconds.length ?? 0).toBeLessThanOrEqual(100_000);
}

const films = Promise.all([
  aFilm(FORMATS.mp4Front(), { frames: 30 }),
  aFilm(FORMATS.mp4End(), { frames: 30, video: "hevc-main10" }),
  aFilm(FORMATS.mp4Fragments(), { frames: 30 }),
  aFilm(FORMATS.mkv(), { frames: 30, video: "hevc-main10", audio: "opus" }),
  aFilm(FORMATS.webm(), { frames: 30, video: "vp9", audio: "opus" }),
  aFilm(FORMATS.mpegTs(), { frames: 30 }),
  aFilm(FORMATS.ogg(), { video: null, audio: "opus", frames: 20 }),
  aFilm(FORMATS.flac(), { video: null, audio: "flac", frames: 20 }),
  aFilm(FORMATS.mp3(), { video: null, audio: "mp3", frames: 20 }),
  aFilm(FORMATS.wav(), { video: null, audio: "pcm-s16", frames: 5 }),
]);
const aFilmOf = async (index: number): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array((await films)[index] ?? new Uint8Array(0));
const anyFilm = fc.nat(9);

describe("files that mean harm", () => {
  it("ends within its bounds on a film that is cut anywhere", () =>
    fc.assert(
      fc.asyncProperty(anyFilm, fc.double({ min: 0, max: 1, noNaN: true }), async (index, share) => {
        const film = await aFilmOf(index);
        await expectBounded(film.subarray(0, Math.floor(film.length * share)), film.length);
      }),
      { numRuns: 300 },
    ));

  it("ends within its bounds on a film with bytes changed anywhere in its first kilobytes", () =>
    fc.assert(
      fc.asyncProperty(anyFilm, fc.array(fc.tuple(fc.nat(4_000), fc.nat(255)), { minLength: 1, maxLength: 40 }), async (index, changes) => {
        const film = await aFilmOf(index);
        for (const [at, byte] of changes) film[at % film.length] = byte;
        await expectBounded(film);
      }),
      { numRuns: 2_000 },
    ));

  it("ends within its bounds with a size or a count that lies", () =>
    fc.assert(
      fc.asyncProperty(
        anyFilm,
        fc.nat(3_000),
        fc.constantFrom(0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
        async (index, at, lie) => {
          const film = await aFilmOf(index);
          film.set(u32(lie), at % (film.length - 4));
          await expectBounded(film);
        },
      ),
      { numRuns: 3_000 },
    ));

  it("ends within its bounds on noise behind every magic", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          "\0\0\0\u0018ftypisom",
          "\0\0\0\u0001moov",
          "\u001a\u0045\u00df\u00a3",
          "OggS",
          "fLaC",
          "RIFF\0\0\0\0WAVE",
          "RF64\0\0\0\0WAVE",
          "ID3\u0004\0\0\0\0\0\u0001",
          "\u00ff\u00fb",
          "\u00ff\u00f1",
        ),
        fc.uint8Array({ maxLength: 3_000 }),
        async (magic, rest) => expectBounded(Uint8Array.from([...Array.from(magic, (letter) => letter.charCodeAt(0)), ...rest])),
      ),
      { numRuns: 1_000 },
    ));

  it("does not go down into boxes a thousand deep", async () => {
    let nested: number[] = [];
    for (let depth = 0; depth < 1_000; depth++) nested = box(depth % 2 === 0 ? "moov" : "trak", nested);
    await expectBounded(Uint8Array.from([...FTYP, ...nested]));
  });

  it("does not count to four billion because a table says so", async () => {
    const tables = [
      box("stts", u32(0), u32(0xffffffff), u32(0xffffffff), u32(1)),
      box("stss", u32(0), u32(0xffffffff), u32(1), u32(0xfffffff0)),
      box("ctts", u32(0), u32(1), u32(0xffffffff), u32(1)),
    ];
    const stsd = box("stsd", u32(0), u32(1), box("avc1", noiseOf(70)));
    const trak = box(
      "trak",
      box(
        "mdia",
        box("hdlr", u32(0), u32(0), letters("vide")),
        box("mdhd", u32(0), u32(0), u32(0), u32(1_000), u32(0xffffffff)),
        box("minf", box("stbl", stsd, ...tables)),
      ),
    );
    const film = Uint8Array.from([...FTYP, ...box("moov", trak), ...box("mdat", noiseOf(64))]);
    await expectBounded(film);
    expect(lookAt(film, film.length)).toMatchObject({ status: "read", info: { video: [{ codec: "avc" }] } });
  });

  it("tells no frame rate that nobody would believe", async () => {
    const film = await aFilmOf(0);
    const text = Buffer.from(film).toString("latin1");
    const tables = [...text.matchAll(/stts/gu)].map(({ index }) => index);
    expect(tables).toHaveLength(2);
    for (const [count, delta] of [
      [2, 0xffffffff],
      [0xffffffff, 0],
      [0, 0],
    ] as const) {
      for (const stts of tables) film.set([...u32(1), ...u32(count), ...u32(delta)], stts + 8);
      const look = lookAt(film, film.length);
      expect(look).toMatchObject({ status: "read", info: { video: [{ codec: "avc", frameRate: null }] } });
      await expectBounded(film);
    }
  });

  it("gives up on an endless row of empty boxes", async () => {
    const row = new Uint8Array(LOOK_BYTES);
    for (let at = 0; at < row.length; at += 8) row.set([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65], at);
    await expectBounded(row);
    await expectBounded(Uint8Array.from([...FTYP, ...u32(row.length + 8), 0x6d, 0x6f, 0x6f, 0x76, ...row]));
  });

  it("tells a bounded number of tracks", async () => {
    const trak = box(
      "trak",
      box(
        "mdia",
        box("hdlr", u32(0), u32(0), letters("soun")),
        box("minf", box("stbl", box("stsd", u32(0), u32(1), box("mp4a", noiseOf(28))))),
      ),
    );
    const film = Uint8Array.from([...FTYP, ...box("moov", Array.from({ length: 300 }, () => trak).flat())]);
    await expectBounded(film);
    const look = lookAt(film, film.length);
    expect(look.status === "unreadable" ? 0 : look.info.audio.length).toBe(16);
  });

  it.each([
    ["a segment of unknown size", [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["a segment of two to the 56th", [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]],
    [
      "tracks of two gigabytes",
      [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x16, 0x54, 0xae, 0x6b, 0x08, 0x7f, 0xff, 0xff, 0xff],
    ],
  ])("is not impressed by %s", async (_name, segment) => {
    const bytes = Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x82, 0x81, 0x77, ...segment, ...noise(5_000, 3)]);
    await expectBounded(bytes);
    await expectBounded(bytes, 300 * 1024 ** 3);
  });

  it("reads no more of a monstrous index than its share", async () => {
    const head = Uint8Array.from([...FTYP, 0, 0, 0, 1, 0x6d, 0x6f, 0x6f, 0x76, 0, 0, 0, 0x40, 0, 0, 0, 0]);
    let read = 0;
    await inspect({
      length: 300 * 1024 ** 3,
      read: async ({ start, end }) => {
        read += end - start;
        const bytes = new Uint8Array(end - start);
        if (start < head.length) bytes.set(head.subarray(start, Math.min(head.length, end)));
        return bytes;
      },
    });
    expect(read).toBeGreaterThan(1024 ** 2);
    expect(read).toBeLessThanOrEqual(MOST_READ_BYTES);
  });

  it("keeps what a file calls itself short and printable", async () => {
    const film = await aFilmOf(3);
    const name = Buffer.from("Mediabunny");
    const at = Buffer.from(film).indexOf(name);
    expect(at).toBeGreaterThan(0);
    film.set([0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0x00], at + 2);
    await expectBounded(film);
  });
});

function noiseOf(length: number): number[] {
  return Array.from(noise(length, 5));
}
