import { z } from "zod";
import { err, ok, type Result } from "#domain/result.ts";
import { about, type Complaint, textRules, tagRules, type Violation } from "./metadata-rules.ts";

const PRIVACIES = ["public", "unlisted", "private"] as const;

/** What a video on YouTube says of itself; exactly what is stored is published. */
export type VideoMetadata = {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly categoryId: string;
  /** BCP 47; null: not told. */
  readonly language: string | null;
  readonly privacy: (typeof PRIVACIES)[number];
  /** Epoch milliseconds; private until then, public after it. */
  readonly publishAt: number | null;
  readonly madeForKids: boolean;
};

/** What a destination says of all its videos, or a delivery of its own; what is absent is not said. */
export type MetadataDraft = Partial<VideoMetadata>;

/** What nobody has said anything about. There is no title for every video. */
const UNSAID: VideoMetadata = {
  title: "",
  description: "",
  tags: [],
  // People & Blogs, as YouTube itself does.
  categoryId: "22",
  language: null,
  privacy: "private",
  publishAt: null,
  madeForKids: false,
};

/** Runs our rules where zod finds the value; what it then says has their code. */
const obeying =
  <T>(rules: (value: T) => readonly Complaint[]) =>
  (value: T, context: z.RefinementCtx): void => {
    for (const { path, code, detail } of rules(value))
      context.addIssue({ code: "custom", message: detail, path: [...path], params: { code } });
  };

const instant = z.iso
  .datetime({ offset: true })
  .pipe(z.coerce.date())
  .transform((date) => date.getTime());

const draftSchema = z
  .strictObject({
    title: z.string().overwrite(trimmed).superRefine(obeying(textRules.title)),
    description: z.string().overwrite(trimmed).superRefine(obeying(textRules.description)),
    tags: z
      .array(z.string().overwrite(trimmed))
      .superRefine(obeying(tagRules))
      .overwrite((tags) => [...new Set(tags)]),
    category_id: z.string().superRefine(obeying(textRules.categoryId)),
    language: z.string().superRefine(obeying(textRules.language)).overwrite(canonical).nullable(),
    privacy: z.enum(PRIVACIES),
    publish_at: instant.nullable(),
    made_for_kids: z.boolean(),
  })
  .partial();

/**
 * Reads what an API's body says, in its names (`category_id`, `publish_at` in RFC 3339): everything that is wrong with it at once.
 * Outer spaces go, line ends become `\n`, a tag that is there twice is there once, a language gets its usual spelling: what
 * YouTube would do by itself, so that what is stored is what is published.
 */
export function readDraft(input: unknown): Result<MetadataDraft, readonly Violation[]> {
  const parsed = draftSchema.safeParse(input);
  if (!parsed.success) return err(parsed.error.issues.flatMap(violationsOf));
  const {
    category_id: categoryId,
    publish_at: publishAt,
    made_for_kids: madeForKids,
    title,
    description,
    tags,
    language,
    privacy,
  } = parsed.data;
  return ok(present({ title, description, tags, categoryId, language, privacy, publishAt, madeForKids }));
}

/** Puts together what is said of a video, later drafts over earlier ones: a destination's, then a delivery's. */
export function completeMetadata(drafts: readonly MetadataDraft[], now: number): Result<VideoMetadata, readonly Violation[]> {
  const said = drafts.reduce<VideoMetadata>((all, draft) => ({ ...all, ...draft }), UNSAID);
  const violations = [
    ...about("/title", textRules.title(said.title)),
    ...about("/description", textRules.description(said.description)),
    ...about("/tags", tagRules(said.tags)),
    ...about("/category_id", textRules.categoryId(said.categoryId)),
    ...(said.language === null ? [] : about("/language", textRules.language(said.language))),
    ...scheduleViolations(said, now),
  ];
  if (violations.length > 0) return err(violations);
  return ok(said.publishAt === null ? said : { ...said, privacy: "private" });
}

function scheduleViolations({ publishAt, privacy }: VideoMetadata, now: number): Violation[] {
  if (publishAt === null) return [];
  const past = { pointer: "/publish_at", code: "publish_at_past", detail: "It has to be in the future." };
  const unlisted = {
    pointer: "/privacy",
    code: "privacy_conflict",
    detail: "With publish_at the video becomes public at that time: privacy can be private or public, which mean the same then.",
  };
  return [...(publishAt <= now ? [past] : []), ...(privacy === "unlisted" ? [unlisted] : [])];
}

/** A title for a video that came with nothing but a file name; empty if nothing is left of it. */
export function titleFromFilename(filename: string): string {
  const name = filename
    .replace(/\.[A-Za-z0-9]{1,5}$/, "")
    .replaceAll(/[<>\p{Cc}\p{Cs}\u2028\u2029]/gu, " ")
    .replaceAll(/[\s_]+/g, " ");
  let title = "";
  for (const character of name.trim()) {
    if (title.length + character.length > 100) break;
    title += character;
  }
  return title.trim();
}

function trimmed(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").trim();
}

/** Of what is no language the rule has said so. */
function canonical(language: string): string {
  return textRules.language(language).length === 0 ? (Intl.getCanonicalLocales(language)[0] ?? language) : language;
}

function violationsOf(issue: z.core.$ZodIssue): Violation[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), code: issue.code, detail: "There is no such member." }));
  const code: unknown = issue.code === "custom" ? issue.params?.["code"] : issue.code;
  return [{ pointer: pointerTo(issue.path), code: typeof code === "string" ? code : issue.code, detail: issue.message }];
}

/** RFC 6901. */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

type Said<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function present<T extends Readonly<Record<string, unknown>>>(fields: T): Said<T> {
  const said: Said<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) Object.assign(said, { [name]: value });
  }
  return said;
}
