import type { AudioTrack, Look, MediaInfo, VideoTrack } from "#domain/media/media-info.ts";

/** `plays`: as it is. `accepted`: taken as it is, whatever becomes of it there. */
export type VerdictWord = "plays" | "accepted" | "needs_transcode" | "refused" | "unknown";
export type DestinationKind = "youtube" | "joystream" | "s3";
export type Reason = { readonly code: string; /** A sentence for the creator. */ readonly detail: string };
export type Verdict = { readonly destination: DestinationKind; readonly verdict: VerdictWord; readonly reasons: readonly Reason[] };

export type Examined = {
  readonly look: Look;
  /** Of the whole file, in bytes; null while that is not known. */ readonly size: number | null;
};

/** The worst word of what was found; ties keep their order. */
const WORST_FIRST: readonly VerdictWord[] = ["refused", "needs_transcode", "unknown", "accepted", "plays"];

type Finding = Reason & { readonly verdict: VerdictWord };

/** What each kind of destination makes of a file as it is. */
export function verdictsOn(examined: Examined): readonly Verdict[] {
  const { look } = examined;
  if (look.status === "unreadable") {
    const reason: Reason = { code: look.reason, detail: UNREADABLE[look.reason] };
    return [
      { destination: "youtube", verdict: "unknown", reasons: [reason] },
      { destination: "joystream", verdict: "unknown", reasons: [reason] },
      summed("s3", "accepted", []),
    ];
  }
  return [
    summed("youtube", "accepted", onYoutube(look.info, look.status === "partial", examined.size)),
    summed("joystream", "plays", onJoystream(look.info, look.status === "partial")),
    summed("s3", "accepted", []),
  ];
}

const UNREADABLE: Readonly<Record<Extract<Look, { status: "unreadable" }>["reason"], string>> = {
  not_media: "Its first bytes show no format of video or sound that is known here.",
  malformed: "It begins like a media file, but what it says of itself makes no sense: it may be damaged.",
  no_index: "Its index is missing: the recording was not finished, or the file is cut. It plays nowhere before it is repaired.",
  too_large: "It takes more reading than it is worth to find out what it is.",
  gave_up: "Reading it failed more than once.",
};

function summed(destination: DestinationKind, otherwise: VerdictWord, findings: readonly Finding[]): Verdict {
  const verdict = WORST_FIRST.find((word) => findings.some((finding) => finding.verdict === word)) ?? otherwise;
  return { destination, verdict, reasons: findings.map(({ code, detail }) => ({ code, detail })) };
}

const named = (container: MediaInfo["container"]): string => NAMES[container] ?? container.toUpperCase();
const NAMES: Partial<Record<MediaInfo["container"], string>> = {
  quicktime: "MOV",
  matroska: "Matroska",
  webm: "WebM",
  "mpeg-ts": "An MPEG transport stream",
  "mpeg-ps": "An MPEG program stream",
  wav: "WAV",
};
const CODECS: Partial<Record<VideoTrack["codec"] | AudioTrack["codec"], string>> = {
  avc: "H.264",
  hevc: "HEVC",
  prores: "ProRes",
  dnxhd: "DNxHD",
  mpeg4: "MPEG-4 Part 2",
  mpeg2: "MPEG-2",
  mpeg1: "MPEG-1",
  mjpeg: "Motion JPEG",
  theora: "Theora",
  ac3: "Dolby AC-3",
  eac3: "Dolby E-AC-3",
  mp2: "MPEG layer II",
  flac: "FLAC",
  alac: "Apple Lossless",
  pcm: "uncompressed",
  opus: "Opus",
  vorbis: "Vorbis",
  aac: "AAC",
};
const spoken = (codec: VideoTrack["codec"] | AudioTrack["codec"], tag: string | null): string =>
  codec === "unknown" ? `a codec that is not known here (${tag ?? "unnamed"})` : (CODECS[codec] ?? codec.toUpperCase());
const withDepth = ({ codec, tag, bitDepth }: VideoTrack): string =>
  spoken(codec, tag) + (bitDepth === null || bitDepth === 8 ? "" : ` ${bitDepth}-bit`);

const ENCRYPTED: Finding = { verdict: "refused", code: "encrypted", detail: "It is encrypted: nobody can play it without its keys." };
const NOT_SEEN: Finding = {
  verdict: "unknown",
  code: "not_seen_yet",
  detail: "What it holds has not come in yet; this is told once the rest is there.",
};
const INDEX_AT_END = {
  code: "index_at_end",
  detail:
    "Its index (moov) lies at the end: playback starts only when the whole file is there. It can be moved to the front without a loss.",
};

/** "Supported YouTube file formats": support.google.com/youtube/troubleshooter/2888402. */
const ON_YOUTUBES_LIST = new Set<MediaInfo["container"]>(["mp4", "quicktime", "webm", "avi", "flv", "asf", "mpeg-ps"]);
/** "Upload videos longer than 15 minutes": support.google.com/youtube/answer/71673. */
const YOUTUBE_BYTES = 256 * 1024 ** 3;
const YOUTUBE_SECONDS = 12 * 3600;

function onYoutube(info: MediaInfo, partial: boolean, size: number | null): Finding[] {
  const findings: Finding[] = [];
  const [video] = info.video;
  if ([...info.video, ...info.audio].some(({ encrypted }) => encrypted)) findings.push(ENCRYPTED);
  if (size !== null && size > YOUTUBE_BYTES)
    findings.push({ verdict: "refused", code: "too_large_for_youtube", detail: "It is larger than the 256 GB that YouTube takes." });
  if ((info.durationSeconds ?? 0) > YOUTUBE_SECONDS)
    findings.push({ verdict: "refused", code: "too_long_for_youtube", detail: "It is longer than the 12 hours that YouTube takes." });
  if (video === undefined && isSound(info))
    findings.push({ verdict: "refused", code: "no_video", detail: "It has no picture: YouTube takes videos only." });
  else if (video === undefined && partial && !NOT_READ.has(info.container)) findings.push(NOT_SEEN);
  if (video !== undefined && !ON_YOUTUBES_LIST.has(info.container)) {
    findings.push({
      verdict: "unknown",
      code: "container_not_listed",
      detail: `${named(info.container)} is not on YouTube's list of formats; it may take it all the same.`,
    });
  }
  if (video?.codec === "unknown")
    findings.push({ verdict: "unknown", code: "codec_unknown", detail: `Its picture is in ${spoken(video.codec, video.tag)}.` });
  if (video !== undefined && (video.codec === "hevc" || (video.bitDepth ?? 8) > 8)) {
    const hdr = video.hdr === null ? "" : ", its high dynamic range included";
    findings.push({
      verdict: "accepted",
      code: "encoded_again",
      detail: `${withDepth(video)}: YouTube takes it${hdr} and encodes it again, as everything.`,
    });
  }
  return findings;
}

/** Known by their magic, but nothing of them is read: that it is video is all there is to go by. */
const NOT_READ = new Set<MediaInfo["container"]>(["avi", "flv", "asf", "mpeg-ps", "mxf"]);

const isSound = ({ container, audio, index }: MediaInfo): boolean =>
  ["mp3", "aac", "wav", "flac"].includes(container) || (audio.length > 0 && (index === null || index.place !== "not_seen"));

/**
 * Joystream's storage hands out the bytes as they came in, so a browser has to play them: developer.mozilla.org, "Media container
 * formats" and "Web video codec guide"; H.264 beyond 8 bits of 4:2:0 and HEVC play in some browsers on some machines, which is
 * not enough for a public.
 */
const IN_BROWSERS: Partial<
  Record<MediaInfo["container"], { video: readonly VideoTrack["codec"][]; audio: readonly AudioTrack["codec"][] }>
> = {
  mp4: { video: ["avc", "vp9", "av1"], audio: ["aac", "mp3", "opus", "flac"] },
  webm: { video: ["vp8", "vp9", "av1"], audio: ["opus", "vorbis"] },
};
/** Their streams may well be fine: they only need another wrapping. */
const WRAPPED: ReadonlySet<MediaInfo["container"]> = new Set(["quicktime", "matroska", "mpeg-ts"]);

function onJoystream(info: MediaInfo, partial: boolean): Finding[] {
  const findings: Finding[] = [];
  const [video] = info.video;
  if ([...info.video, ...info.audio].some(({ encrypted }) => encrypted)) findings.push(ENCRYPTED);
  if (video === undefined && isSound(info)) {
    findings.push({ verdict: "refused", code: "no_video", detail: "It has no picture: a video on Joystream needs one." });
    return findings;
  }
  const known = IN_BROWSERS[WRAPPED.has(info.container) ? "mp4" : info.container];
  if (known === undefined || WRAPPED.has(info.container)) {
    const detail = WRAPPED.has(info.container)
      ? `${named(info.container)} plays in hardly any browser; as an MP4 it would, without a loss where its codecs play.`
      : `${named(info.container)} plays in no browser.`;
    findings.push({ verdict: "needs_transcode", code: "container_not_playable", detail });
  }
  if (video === undefined) {
    if (partial && known !== undefined) findings.push(NOT_SEEN);
  } else findings.push(...pictureOnJoystream(video, known?.video ?? []));
  const mute = known === undefined ? undefined : info.audio.find(({ codec }) => !known.audio.includes(codec));
  if (mute !== undefined && info.audio.length > 0) {
    findings.push({
      verdict: "needs_transcode",
      code: "sound_not_playable",
      detail: `Its sound is ${spoken(mute.codec, mute.tag)}: browsers would play it silently.`,
    });
  }
  if (info.index?.place === "end") findings.push({ verdict: "plays", ...INDEX_AT_END });
  return findings;
}

function pictureOnJoystream(video: VideoTrack, playable: readonly VideoTrack["codec"][]): Finding[] {
  if (video.codec === "hevc") {
    return [
      {
        verdict: "needs_transcode",
        code: "codec_not_playable",
        detail: `${withDepth(video)}: Joystream's viewers can play it nowhere one could rely on.`,
      },
    ];
  }
  if (!playable.includes(video.codec)) {
    return playable.length === 0
      ? []
      : [{ verdict: "needs_transcode", code: "codec_not_playable", detail: `Browsers do not play ${spoken(video.codec, video.tag)}.` }];
  }
  if (video.codec === "avc" && ((video.bitDepth ?? 8) > 8 || (video.chroma ?? "4:2:0") !== "4:2:0")) {
    return [
      {
        verdict: "needs_transcode",
        code: "profile_not_playable",
        detail: `${withDepth(video)} ${video.chroma ?? ""}: browsers play H.264 in 8 bits of 4:2:0.`,
      },
    ];
  }
  return [];
}
