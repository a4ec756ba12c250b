import { z } from "zod";
import type { VideoMetadata } from "./metadata.ts";

type Section = Readonly<Record<string, unknown>>;

/** The two parts of YouTube's video resource that say what we publish, in its names. */
export type VideoSections = { readonly snippet: Section; readonly status: Section };

const instantSchema = z.coerce.date();
const rfc3339 = (epochMs: number): string => instantSchema.parse(epochMs).toISOString();

/** For `videos.insert`. */
export function sectionsOf({ language, madeForKids, ...metadata }: VideoMetadata): VideoSections {
  const { title, description, tags, categoryId, privacy, publishAt } = metadata;
  return {
    snippet: { title, description, tags, categoryId, ...inLanguage(language) },
    status: {
      privacyStatus: publishAt === null ? privacy : "private",
      ...(publishAt === null ? {} : { publishAt: rfc3339(publishAt) }),
      selfDeclaredMadeForKids: madeForKids,
    },
  };
}

const inLanguage = (language: string | null): Section =>
  language === null ? {} : { defaultLanguage: language, defaultAudioLanguage: language };

/**
 * What has to be written so that a video that reads like this says what is wanted: the sections that differ, each whole, because
 * `videos.update` replaces a section; what we say nothing about goes back as it was read. Empty: it says all that already.
 */
export function changesTo(read: VideoSections, wanted: VideoMetadata, now: number): Partial<VideoSections> {
  // A time that has come is no plan any more: the video is public then.
  const isOut = wanted.publishAt !== null && wanted.publishAt <= now;
  const { snippet, status } = sectionsOf(isOut ? { ...wanted, privacy: "public", publishAt: null } : wanted);
  const { publishAt: _, ...rest } = read.status;
  return {
    ...(differs(read.snippet, snippet) ? { snippet: { ...read.snippet, ...snippet } } : {}),
    ...(differs(read.status, { publishAt: null, ...status }) ? { status: { ...rest, ...status } } : {}),
  };
}

/** How a field may read and still say the same. */
const SAME: Readonly<Record<string, (value: unknown) => unknown>> = {
  title: textAs,
  description: textAs,
  // In order: the first ones weigh most.
  tags: (value) => JSON.stringify(value ?? []),
  publishAt: (value) => (typeof value === "string" ? (instantSchema.safeParse(value).data?.getTime() ?? value) : (value ?? null)),
  defaultLanguage: languageAs,
  defaultAudioLanguage: languageAs,
  selfDeclaredMadeForKids: (value) => value ?? false,
};

function differs(read: Section, wanted: Section): boolean {
  return Object.entries(wanted).some(([name, value]) => {
    const same = SAME[name] ?? ((given: unknown) => given);
    return same(read[name]) !== same(value);
  });
}

function textAs(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll(/\r\n?/g, "\n").trim() : (value ?? "");
}

function languageAs(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}
