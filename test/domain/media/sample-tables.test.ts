import { describe, expect, it } from "vitest";
import { inspect } from "#domain/media/read-media.ts";
import { box, FTYP, full, letters, u32 } from "../../fixtures/boxes.ts";
import { noise } from "../../fixtures/films.ts";

const PLAIN: readonly [number, number] = [0, 0];
const SCALE = 1_000;
const runs = (...entries: readonly (readonly [number, number])[]) => [
  u32(entries.length),
  ...entries.map(([count, value]) => [...u32(count), ...u32(value)]),
];

type Tables = {
  readonly stts?: readonly (readonly [number, number])[];
  readonly stss?: readonly number[];
  readonly ctts?: readonly (readonly [number, number])[];
  /** Duration in the film's own scale of 100 ticks a second, and time in the track's. */
  readonly edits?: readonly (readonly [number, number])[];
};

/** A film of a hundred frames of 40 ms, where nothing else is said. */
function aFilm({ stts = [[100, 40]], stss = [1, 26], ctts, edits }: Tables, more: readonly number[] = []): Uint8Array {
  const stbl = box(
    "stbl",
    full("stsd", PLAIN, u32(1), box("avc1", [...noise(70, 5)])),
    full("stts", PLAIN, ...runs(...stts)),
    full("stss", PLAIN, u32(stss.length), ...stss.map(u32)),
    ...(ctts === undefined ? [] : [full("ctts", PLAIN, ...runs(...ctts))]),
  );
  const list = edits?.map(([duration, time]) => [...u32(duration), ...u32(time), ...u32(0x10000)]) ?? [];
  const trak = box(
    "trak",
    ...(edits === undefined ? [] : [box("edts", full("elst", PLAIN, u32(list.length), ...list))]),
    box("mdia", full("mdhd", PLAIN, u32(0), u32(0), u32(SCALE), u32(0)), full("hdlr", PLAIN, u32(0), letters("vide")), box("minf", stbl)),
  );
  const moov = box("moov", full("mvhd", PLAIN, u32(0), u32(0), u32(100), u32(400)), trak, [...more]);
  return Uint8Array.from([...FTYP, ...moov, ...box("mdat", [0])]);
}
const inspected = (film: Uint8Array) => inspect({ length: film.length, read: async ({ start, end }) => film.slice(start, end) });
const keyframes = async (tables: Tables) => (await inspected(aFilm(tables))).keyframes;

describe("the keyframes of sample tables", () => {
  it.each<[string, Tables, readonly number[]]>([
    [
      "come where their samples' durations add up to",
      {
        stts: [
          [25, 40],
          [75, 20],
        ],
        stss: [1, 26, 51],
      },
      [0, 1, 1.5],
    ],
    [
      "are shown later by their shift",
      {
        ctts: [
          [1, 80],
          [99, 40],
        ],
      },
      [0.08, 1.04],
    ],
    [
      "are shown earlier by a shift below zero",
      {
        ctts: [
          [1, 0],
          [99, 2 ** 32 - 40],
        ],
      },
      [0, 0.96],
    ],
    ["begin where the edit list cuts the film", { ctts: [[100, 80]], edits: [[400, 80]] }, [0, 1]],
    [
      "begin after the nothing that the edit list puts before it",
      {
        edits: [
          [50, 2 ** 32 - 1],
          [400, 0],
        ],
      },
      [0.5, 1.5],
    ],
  ])("%s", async (_what, tables, seconds) => {
    expect(await keyframes(tables)).toEqual({ everyFrame: false, seconds, complete: true });
  });

  it("end where their table goes back, or beyond the film", async () => {
    expect(await keyframes({ stss: [1, 26, 26, 51] })).toEqual({ everyFrame: false, seconds: [0, 1], complete: false });
    expect(await keyframes({ stss: [1, 26, 200] })).toEqual({ everyFrame: false, seconds: [0, 1], complete: false });
  });
});

describe("what else an index tells", () => {
  it("has no more tracks of pictures than sixteen", async () => {
    const one = aFilm({});
    const [at, end] = [FTYP.length + 8 + 28, one.length - 9];
    const trak = [...one.subarray(at, end)];
    const { look } = await inspected(aFilm({}, Array.from({ length: 30 }, () => trak).flat()));
    expect(look.status === "unreadable" ? 0 : look.info.video.length).toBe(16);
  });

  it("has a film in fragments as long as it says it will be", async () => {
    const mvex = box("mvex", full("mehd", PLAIN, u32(1_234)));
    expect((await inspected(aFilm({}, mvex))).look).toMatchObject({ info: { durationSeconds: 12.34 } });
    expect((await inspected(aFilm({}))).look).toMatchObject({ info: { durationSeconds: 4 } });
  });

  it("has names of 64 characters that can be printed", async () => {
    const name = (text: string) => box("udta", box("\u00a9swr", [0, text.length, 0, 0], letters(text)));
    const encoder = async (text: string) => {
      const { look } = await inspected(aFilm({}, name(text)));
      return look.status === "unreadable" ? look.reason : look.info.encoder;
    };
    expect(await encoder("x".repeat(100))).toBe("x".repeat(64));
    expect(await encoder("a\u001b[2J\nb")).toBe("a [2J b");
    expect(await encoder(" \u0000 ")).toBeNull();
  });
});

it("an index is looked for behind sixty-three boxes, and not behind more", async () => {
  const behind = async (boxes: number) => {
    const film = aFilm({});
    const free = Array.from({ length: boxes }, () => box("free")).flat();
    const { look } = await inspected(Uint8Array.from([...FTYP, ...free, ...film.subarray(FTYP.length)]));
    return look.status === "unreadable" ? look.reason : look.status;
  };
  expect([await behind(62), await behind(63)]).toEqual(["read", "no_index"]);
});
