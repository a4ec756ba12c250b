import { describe, expect, it } from "vitest";
import { verdictsOn, type DestinationKind } from "#domain/assets/verdicts.ts";
import { anAudioTrack, aVideoTrack, emptyInfo, type Look, type MediaInfo } from "#domain/media/media-info.ts";

const AVC = { ...aVideoTrack("avc", "avc1"), bitDepth: 8, chroma: "4:2:0" as const, width: 1920, height: 1080 };
const AAC = anAudioTrack("aac", "mp4a");

/** A film that plays everywhere, but for `changes`. */
function aLook(changes: Partial<MediaInfo> = {}, status: "read" | "partial" = "read"): Look {
  return {
    status,
    info: { ...emptyInfo("mp4"), index: { place: "front", at: 32 }, durationSeconds: 60, video: [AVC], audio: [AAC], ...changes },
  };
}

function on(destination: DestinationKind, look: Look, size: number | null = 1_000_000): { word: string; codes: string[]; details: string } {
  const verdict = verdictsOn({ look, size }).find((each) => each.destination === destination);
  if (verdict === undefined) expect.fail("no verdict");
  return {
    word: verdict.verdict,
    codes: verdict.reasons.map(({ code }) => code),
    details: verdict.reasons.map(({ detail }) => detail).join(" "),
  };
}

describe("verdicts", () => {
  it("finds nothing to say about H.264 and AAC in an MP4 with its index in front", () => {
    expect(verdictsOn({ look: aLook(), size: 1_000_000 })).toEqual([
      { destination: "youtube", verdict: "accepted", reasons: [] },
      { destination: "joystream", verdict: "plays", reasons: [] },
      { destination: "s3", verdict: "accepted", reasons: [] },
    ]);
  });

  it("sends HEVC in 10 bits to YouTube and keeps it from Joystream", () => {
    const look = aLook({ video: [{ ...AVC, codec: "hevc", bitDepth: 10, hdr: "pq" }] });
    expect(on("youtube", look)).toMatchObject({ word: "accepted", codes: ["encoded_again"] });
    expect(on("youtube", look).details).toContain("HEVC 10-bit: YouTube takes it");
    expect(on("joystream", look)).toMatchObject({ word: "needs_transcode", codes: ["codec_not_playable"] });
  });

  it.each<[string, DestinationKind, Partial<MediaInfo>, string, string[]]>([
    ["an index at the end still plays, later", "joystream", { index: { place: "end", at: 9 } }, "plays", ["index_at_end"]],
    ["an index at the end is nothing to YouTube", "youtube", { index: { place: "end", at: 9 } }, "accepted", []],
    ["H.264 in 10 bits", "joystream", { video: [{ ...AVC, bitDepth: 10 }] }, "needs_transcode", ["profile_not_playable"]],
    ["H.264 in 4:2:2", "joystream", { video: [{ ...AVC, chroma: "4:2:2" }] }, "needs_transcode", ["profile_not_playable"]],
    [
      "ProRes in a MOV",
      "joystream",
      { container: "quicktime", video: [{ ...AVC, codec: "prores" }] },
      "needs_transcode",
      ["container_not_playable", "codec_not_playable"],
    ],
    ["a MOV of H.264", "joystream", { container: "quicktime" }, "needs_transcode", ["container_not_playable"]],
    ["a MOV of H.264", "youtube", { container: "quicktime" }, "accepted", []],
    ["sound that browsers cannot play", "joystream", { audio: [anAudioTrack("ac3", "ac-3")] }, "needs_transcode", ["sound_not_playable"]],
    [
      "WebM with Opus",
      "joystream",
      { container: "webm", index: null, video: [{ ...AVC, codec: "vp9" }], audio: [anAudioTrack("opus", "A_OPUS")] },
      "plays",
      [],
    ],
    [
      "AAC in a WebM",
      "joystream",
      { container: "webm", index: null, video: [{ ...AVC, codec: "vp9" }] },
      "needs_transcode",
      ["sound_not_playable"],
    ],
    ["a silent film", "joystream", { audio: [] }, "plays", []],
    ["sound alone", "youtube", { container: "mp3", index: null, video: [], audio: [anAudioTrack("mp3", null)] }, "refused", ["no_video"]],
    ["sound alone", "joystream", { container: "mp3", index: null, video: [], audio: [anAudioTrack("mp3", null)] }, "refused", ["no_video"]],
    ["sound alone", "s3", { container: "mp3", index: null, video: [], audio: [anAudioTrack("mp3", null)] }, "accepted", []],
    ["Matroska", "youtube", { container: "matroska", index: null }, "unknown", ["container_not_listed"]],
    ["what is encrypted", "youtube", { video: [{ ...AVC, encrypted: true }] }, "refused", ["encrypted"]],
    ["thirteen hours", "youtube", { durationSeconds: 13 * 3600 }, "refused", ["too_long_for_youtube"]],
    ["an AVI", "joystream", { container: "avi", index: null, video: [], audio: [] }, "needs_transcode", ["container_not_playable"]],
  ])("%s on %s", (_name, destination, changes, word, codes) => {
    expect(on(destination, aLook(changes))).toMatchObject({ word, codes });
  });

  it("refuses YouTube what is one byte beyond its limit and nothing below", () => {
    expect(on("youtube", aLook(), 256 * 1024 ** 3)).toMatchObject({ word: "accepted" });
    expect(on("youtube", aLook(), 256 * 1024 ** 3 + 1)).toMatchObject({ word: "refused", codes: ["too_large_for_youtube"] });
  });

  it("says that it does not know yet while the index is still to come", () => {
    const look = aLook({ index: { place: "end", at: 5_000 }, video: [], audio: [] }, "partial");
    expect(on("youtube", look)).toMatchObject({ word: "unknown", codes: ["not_seen_yet"] });
    expect(on("joystream", look)).toMatchObject({ word: "unknown", codes: ["not_seen_yet", "index_at_end"] });
  });

  it.each(["not_media", "malformed", "no_index", "too_large", "gave_up"] as const)(
    "knows nothing of what is unreadable (%s), and stores it",
    (reason) => {
      const look: Look = { status: "unreadable", reason };
      expect(on("youtube", look)).toMatchObject({ word: "unknown", codes: [reason] });
      expect(on("joystream", look)).toMatchObject({ word: "unknown", codes: [reason] });
      expect(on("s3", look)).toMatchObject({ word: "accepted", codes: [] });
    },
  );

  it("speaks in whole sentences", () => {
    const looks = [
      aLook({ container: "quicktime", video: [{ ...AVC, codec: "unknown", tag: "CFHD" }], index: { place: "end", at: 1 } }),
      aLook({ audio: [anAudioTrack("unknown", null)] }),
    ];
    const details = looks.flatMap((look) => verdictsOn({ look, size: 1 })).flatMap(({ reasons }) => reasons.map(({ detail }) => detail));
    expect(details.length).toBeGreaterThan(3);
    for (const detail of details) expect(detail).toMatch(/^[A-Z].*\.$/u);
  });
});
