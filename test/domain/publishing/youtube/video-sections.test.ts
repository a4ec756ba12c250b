import { describe, expect, test } from "vitest";
import type { VideoMetadata } from "#domain/publishing/youtube/metadata.ts";
import { changesTo, sectionsOf, type VideoSections } from "#domain/publishing/youtube/video-sections.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const LATER = NOW + 3_600_000;

const metadata = (changes: Partial<VideoMetadata> = {}): VideoMetadata => ({
  title: "A holiday",
  description: "By the sea\nand back",
  tags: ["sea", "two words"],
  categoryId: "19",
  language: "pt-BR",
  privacy: "unlisted",
  publishAt: null,
  madeForKids: false,
  ...changes,
});

/** As YouTube tells it: with what is its own, and with what others have set. */
const read = (changes: { snippet?: object; status?: object } = {}): VideoSections => ({
  snippet: {
    publishedAt: "2026-11-19T12:00:00Z",
    channelId: "UC1",
    title: "A holiday",
    description: "By the sea\nand back",
    tags: ["sea", "two words"],
    categoryId: "19",
    defaultLanguage: "pt-br",
    defaultAudioLanguage: "pt-BR",
    ...changes.snippet,
  },
  status: { uploadStatus: "processed", privacyStatus: "unlisted", license: "creativeCommon", embeddable: false, ...changes.status },
});

test("an upload says everything, and of a language only what is known", () => {
  expect(sectionsOf(metadata({ publishAt: LATER, privacy: "private", madeForKids: true }))).toEqual({
    snippet: {
      title: "A holiday",
      description: "By the sea\nand back",
      tags: ["sea", "two words"],
      categoryId: "19",
      defaultLanguage: "pt-BR",
      defaultAudioLanguage: "pt-BR",
    },
    status: { privacyStatus: "private", publishAt: "2026-11-20T13:00:00.000Z", selfDeclaredMadeForKids: true },
  });
  expect(sectionsOf(metadata({ language: null })).snippet).not.toHaveProperty("defaultLanguage");
  expect(sectionsOf(metadata()).status).not.toHaveProperty("publishAt");
});

describe("nothing is written", () => {
  test.each<[string, VideoSections, VideoMetadata]>([
    ["of what reads the same", read(), metadata()],
    ["for other line ends and outer spaces", read({ snippet: { description: "By the sea\r\nand back\n" } }), metadata()],
    [
      "for a description and tags that are not there",
      read({ snippet: { description: undefined, tags: undefined } }),
      metadata({ description: "", tags: [] }),
    ],
    ["for a language that we say nothing of", read(), metadata({ language: null })],
    [
      "for the same instant in other words",
      read({ status: { privacyStatus: "private", publishAt: "2026-11-20T13:00:00Z" } }),
      metadata({ privacy: "private", publishAt: LATER }),
    ],
    ["for a time that has come", read({ status: { privacyStatus: "public" } }), metadata({ privacy: "private", publishAt: NOW })],
  ])("%s", (_name, video, wanted) => {
    expect(changesTo(video, wanted, NOW)).toEqual({});
  });
});

describe("only the section that differs is written, whole", () => {
  test.each<[string, Partial<VideoMetadata>, object]>([
    ["title", { title: "Another" }, { title: "Another" }],
    ["description", { description: "" }, { description: "" }],
    ["order of tags", { tags: ["two words", "sea"] }, { tags: ["two words", "sea"] }],
    ["tags", { tags: [] }, { tags: [] }],
    ["category", { categoryId: "22" }, { categoryId: "22" }],
    ["language", { language: "en" }, { defaultLanguage: "en", defaultAudioLanguage: "en" }],
  ])("snippet, by its %s", (_name, change, written) => {
    const video = read();
    const { snippet, status } = changesTo(video, metadata(change), NOW);
    // Its spelling of the language is ours.
    expect(snippet).toEqual({ ...video.snippet, defaultLanguage: "pt-BR", ...written });
    expect(status).toBeUndefined();
  });

  test.each<[string, Partial<VideoMetadata>, object]>([
    ["privacy", { privacy: "public" }, { privacyStatus: "public" }],
    ["audience", { madeForKids: true }, { selfDeclaredMadeForKids: true }],
    ["hour", { privacy: "private", publishAt: LATER }, { privacyStatus: "private", publishAt: "2026-11-20T13:00:00.000Z" }],
    ["hour that has come", { privacy: "private", publishAt: NOW }, { privacyStatus: "public" }],
  ])("status, by its %s", (_name, change, written) => {
    const video = read();
    const { snippet, status } = changesTo(video, metadata(change), NOW);
    expect(status).toEqual({ ...video.status, selfDeclaredMadeForKids: false, ...written });
    expect(snippet).toBeUndefined();
  });

  test("an hour that is no longer wanted is left out", () => {
    const scheduled = read({ status: { privacyStatus: "private", publishAt: "2026-11-20T13:00:00Z" } });
    const { status } = changesTo(scheduled, metadata({ privacy: "private" }), NOW);
    expect(status).toEqual({ ...read().status, privacyStatus: "private", selfDeclaredMadeForKids: false });
    expect(changesTo(scheduled, metadata({ privacy: "private", publishAt: LATER + 1000 }), NOW).status).toMatchObject({
      publishAt: "2026-11-20T13:00:01.000Z",
    });
  });
});
