import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { describe, expect, it } from "vitest";
import { inspect, LOOK_BYTES, lookAt } from "#domain/media/read-media.ts";
import type { MediaInfo } from "#domain/media/media-info.ts";
import { aFilm, type FilmOptions, FORMATS } from "../../fixtures/films.ts";

type Sample = { name: string; format: keyof typeof FORMATS; options: FilmOptions; says: object };

const AVC = {
  codec: "avc",
  profile: "High",
  level: "3.0",
  bitDepth: 8,
  chroma: "4:2:0",
  hdr: null,
  width: 640,
  height: 360,
  frameRate: 25,
};
const HEVC = { codec: "hevc", profile: "Main 10", level: "5.1", bitDepth: 10, chroma: "4:2:0", hdr: "pq", width: 3840, height: 2160 };
const AAC = { codec: "aac", channels: 2, sampleRate: 48000 };
const OPUS = { codec: "opus", channels: 2, sampleRate: 48000 };

const SAMPLES: readonly Sample[] = [
  {
    name: "MP4, H.264, turned",
    format: "mp4Front",
    options: { rotation: 90 },
    says: {
      container: "mp4",
      brand: "isom",
      index: { place: "front", at: 28 },
      video: [{ ...AVC, rotation: 90 }],
      audio: [{ ...AAC, profile: "LC" }],
    },
  },
  {
    name: "MP4, HEVC, index at the end",
    format: "mp4End",
    options: { video: "hevc-main10" },
    says: { container: "mp4", index: { place: "end" }, video: [HEVC], audio: [AAC] },
  },
  {
    name: "MP4, fragments",
    format: "mp4Fragments",
    options: {},
    says: { container: "mp4", index: { place: "fragments" }, video: [{ ...AVC, frameRate: null }], audio: [AAC] },
  },
  {
    name: "MP4, AV1 and Opus",
    format: "mp4Front",
    options: { video: "av1", audio: "opus" },
    says: { video: [{ codec: "av1", profile: "Main", level: "4.0", bitDepth: 10, chroma: "4:2:0" }], audio: [OPUS] },
  },
  {
    name: "MP4, VP9 and MP3",
    format: "mp4Front",
    options: { video: "vp9", audio: "mp3" },
    says: { video: [{ codec: "vp9", profile: "Profile 0", level: "3.1", bitDepth: 8 }], audio: [{ codec: "mp3", sampleRate: 44100 }] },
  },
  {
    name: "MOV, ProRes and PCM",
    format: "mov",
    options: { video: "prores", audio: "pcm-s16", frames: 10 },
    says: {
      container: "quicktime",
      brand: "qt",
      video: [{ codec: "prores", profile: "422 HQ", bitDepth: 10, chroma: "4:2:2" }],
      audio: [{ codec: "pcm", tag: "sowt", channels: 2 }],
    },
  },
  {
    name: "Matroska, HEVC and Opus",
    format: "mkv",
    options: { video: "hevc-main10", audio: "opus" },
    says: { container: "matroska", index: null, video: [HEVC], audio: [OPUS], encoder: expect.stringContaining("Mediabunny") },
  },
  {
    name: "WebM, VP9 and Opus",
    format: "webm",
    options: { video: "vp9", audio: "opus" },
    says: { container: "webm", video: [{ codec: "vp9", width: 1280, height: 720, frameRate: 25 }], audio: [OPUS] },
  },
  { name: "MPEG-TS, H.264 and AAC", format: "mpegTs", options: {}, says: { container: "mpeg-ts", video: [AVC], audio: [AAC] } },
  {
    name: "MP3",
    format: "mp3",
    options: { video: null, audio: "mp3" },
    says: { container: "mp3", video: [], audio: [{ codec: "mp3", channels: 2, sampleRate: 44100 }] },
  },
  { name: "ADTS", format: "adts", options: { video: null }, says: { container: "aac", audio: [{ ...AAC, profile: "LC" }] } },
  {
    name: "WAV",
    format: "wav",
    options: { video: null, audio: "pcm-s16" },
    says: { container: "wav", audio: [{ codec: "pcm", channels: 2, sampleRate: 48000 }] },
  },
  {
    name: "FLAC",
    format: "flac",
    options: { video: null, audio: "flac" },
    says: { container: "flac", audio: [{ codec: "flac", channels: 2, sampleRate: 48000 }] },
  },
  { name: "Ogg with Opus", format: "ogg", options: { video: null, audio: "opus" }, says: { container: "ogg", audio: [OPUS] } },
];

const inspected = (film: Uint8Array) => inspect({ length: film.length, read: async ({ start, end }) => film.slice(start, end) });

const reading = (film: Uint8Array) => new Input({ formats: ALL_FORMATS, source: new BufferSource(film) });

function infoIn(look: { status: string; info?: MediaInfo }): MediaInfo {
  if (look.info === undefined) expect.fail(`unreadable: ${JSON.stringify(look)}`);
  return look.info;
}

describe.each(SAMPLES)("$name", ({ format, options, says }) => {
  const film = aFilm(FORMATS[format](), options);

  it("is told whole from the stored file", async () => {
    const { look } = await inspected(await film);
    expect(look).toMatchObject({ status: "read", info: says });
  });

  it("is told the same by mediabunny", async () => {
    using input = reading(await film);
    const info = infoIn((await inspected(await film)).look);
    const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    expect(info.video).toHaveLength(video === null ? 0 : 1);
    expect(info.audio).toHaveLength(audio === null ? 0 : 1);
    if (video !== null) {
      const [width, height, rotation, codec] = [
        await video.getCodedWidth(),
        await video.getCodedHeight(),
        await video.getRotation(),
        await video.getCodec(),
      ];
      expect(info.video[0]).toMatchObject({ width, height, rotation, codec });
    }
    if (audio !== null) {
      const [channels, sampleRate, codec] = [await audio.getNumberOfChannels(), await audio.getSampleRate(), await audio.getCodec()];
      expect(info.audio[0]).toMatchObject({ channels, sampleRate, codec: codec?.replace(/^pcm.*/u, "pcm") });
    }
    if (info.durationSeconds !== null)
      expect(info.durationSeconds).toBeCloseTo((await input.getDurationFromMetadata()) ?? (await input.computeDuration()), 1);
  });

  it("is told by its beginning alone, or says what is missing", async () => {
    const whole = await film;
    const look = lookAt(whole.subarray(0, 3_000), whole.length);
    if (infoIn(look).index?.place !== "end") expect(look).toMatchObject({ status: "read", info: says });
    else expect(look).toMatchObject({ status: "partial", info: { container: "mp4", video: [], audio: [] } });
  });
});

describe("an index at the end", () => {
  it("is told with its place while it is still to come", async () => {
    const film = await aFilm(FORMATS.mp4End());
    const at = infoIn((await inspected(film)).look).index?.at;
    expect(at).toBeGreaterThan(1_000);
    expect(infoIn(lookAt(film.subarray(0, 500), film.length)).index).toEqual({ place: "end", at });
    expect(infoIn(lookAt(film.subarray(0, 500), null)).index).toEqual({ place: "end", at });
  });

  it("is missed when the file ends where it should begin", async () => {
    const film = await aFilm(FORMATS.mp4End());
    const at = infoIn((await inspected(film)).look).index?.at ?? 0;
    expect((await inspected(film.subarray(0, at))).look).toEqual({ status: "unreadable", reason: "no_index" });
    expect(lookAt(film.subarray(0, at), at)).toEqual({ status: "unreadable", reason: "no_index" });
  });

  it("is partial when it reaches beyond what is at hand", async () => {
    const film = await aFilm(FORMATS.mp4Front(), { frames: 500 });
    expect(lookAt(film.subarray(0, 1_200), film.length)).toMatchObject({
      status: "partial",
      info: { index: { place: "front" }, video: [{ codec: "avc", width: 640 }] },
    });
  });
});

describe("keyframes", () => {
  it.each(["mp4Front", "mp4End", "mov"] as const)("are those that mediabunny finds in %s", async (format) => {
    const film = await aFilm(FORMATS[format](), { frames: 130, gop: 12 });
    const { keyframes } = await inspected(film);
    using input = reading(film);
    const track = await input.getPrimaryVideoTrack();
    if (track === null) expect.fail("no picture");
    const sink = new EncodedPacketSink(track);
    const expected: number[] = [];
    for (let packet = await sink.getFirstKeyPacket(); packet !== null; packet = await sink.getNextKeyPacket(packet))
      expected.push(packet.timestamp);
    expect(expected).toHaveLength(11);
    expect(keyframes?.complete).toBe(true);
    expect(keyframes?.seconds).toHaveLength(expected.length);
    keyframes?.seconds.forEach((second, index) => expect(second).toBeCloseTo(expected[index] ?? -1, 2));
  });

  it("are among those of a Matroska file that its cues name", async () => {
    const { keyframes } = await inspected(await aFilm(FORMATS.mkv(), { frames: 130, gop: 12 }));
    expect(keyframes).toMatchObject({ everyFrame: false, complete: false });
    expect(keyframes?.seconds.length).toBeGreaterThan(2);
    for (const second of keyframes?.seconds ?? []) expect((second * 25) % 12).toBeCloseTo(0, 5);
  });

  it("are every frame where no table says otherwise", async () => {
    const film = await aFilm(FORMATS.mp4Front(), { frames: 20, gop: 1 });
    expect((await inspected(film)).keyframes).toEqual({ everyFrame: true, seconds: [], complete: true });
  });

  it("are not looked for in a first look at part of a file", () => {
    expect(Object.keys(lookAt(new Uint8Array(10), 100))).not.toContain("keyframes");
  });
});

describe("what a reading costs", () => {
  it("reads a few ranges of a large file and not its media", async () => {
    const film = await aFilm(FORMATS.mp4End(), { frames: 2_000, frameBytes: 4_000 });
    let bytes = 0;
    let requests = 0;
    await inspect({
      length: film.length,
      read: async ({ start, end }) => {
        bytes += end - start;
        requests += 1;
        return film.slice(start, end);
      },
    });
    expect(film.length).toBeGreaterThan(8_000_000);
    expect(bytes).toBeLessThan(600_000);
    expect(requests).toBeLessThanOrEqual(3);
  });

  it("passes an outage on: the file is not to blame", async () => {
    const away = new Error("R2 is away");
    await expect(inspect({ length: 1_000_000, read: () => Promise.reject(away) })).rejects.toBe(away);
  });
});

it.each([
  ["HTML", "<!DOCTYPE html><script>alert(1)</script>"],
  ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ["a script", "#!/bin/sh\nrm -rf /\n"],
  ["a zip", "PK\u0003\u0004"],
  ["nothing", ""],
])("%s is no media, whatever it is named", (_name, text) => {
  const bytes = new TextEncoder().encode(text.padEnd(text === "" ? 0 : LOOK_BYTES / 1024));
  expect(lookAt(bytes, bytes.length)).toEqual({ status: "unreadable", reason: "not_media" });
});

it.each([
  ["avi", "RIFF\u0000\u0000\u0000\u0000AVI "],
  ["flv", "FLV\u0001"],
  ["mpeg-ps", "\u0000\u0000\u0001\u00ba"],
])("%s is known by its magic and read no further", (container, magic) => {
  const bytes = Uint8Array.from(magic.padEnd(2_000, "\u0001"), (letter) => letter.charCodeAt(0));
  expect(lookAt(bytes, 10_000)).toMatchObject({ status: "partial", info: { container, video: [], audio: [] } });
});
