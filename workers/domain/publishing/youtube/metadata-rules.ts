/** What is wrong with a value; `path` leads to it from the field that it is in. */
export type Complaint = { readonly path: readonly PropertyKey[]; readonly code: string; readonly detail: string };

/** What is wrong with what a caller said, by JSON pointer (RFC 6901). */
export type Violation = { readonly pointer: string; readonly code: string; readonly detail: string };

/**
 * YouTube says characters and does not say whose. We count UTF-16 code units: where YouTube counts less, what we let through is
 * still short enough (https://developers.google.com/youtube/v3/docs/videos#properties).
 */
const TITLE_UNITS = 100;
const DESCRIPTION_BYTES = 5_000;
const TAGS_UNITS = 500;

const encoder = new TextEncoder();

const complaint = (code: string, detail: string): Complaint[] => [{ path: [], code, detail }];

/** What YouTube takes nowhere: angle brackets, and what is no text. A line may end only where there can be several. */
function characterComplaints(text: string, lines: "one" | "many"): Complaint[] {
  const isControl = lines === "one" ? /[\p{Cc}\u2028\u2029]/u : /(?![\n\t])\p{Cc}/u;
  return [
    ...(/[<>]/.test(text) ? complaint("angle_bracket", "YouTube takes no < and no >.") : []),
    ...(isControl.test(text) ? complaint("control_character", "It has a control character in it.") : []),
    ...(/\p{Cs}/u.test(text) ? complaint("malformed_text", "It has half of a character in it.") : []),
  ];
}

/** The rules of the fields that are one text each. */
export const textRules = {
  title: (title: string): Complaint[] => {
    if (title.trim() === "") return complaint("title_required", "A video needs a title.");
    const tooLong = title.length > TITLE_UNITS;
    return [
      ...(tooLong
        ? complaint("too_long", `YouTube takes ${TITLE_UNITS} characters (an emoji counts as two or more); this has ${title.length}.`)
        : []),
      ...characterComplaints(title, "one"),
    ];
  },
  description: (description: string): Complaint[] => {
    const bytes = encoder.encode(description).byteLength;
    return [
      ...(bytes > DESCRIPTION_BYTES ? complaint("too_long", `YouTube takes ${DESCRIPTION_BYTES} bytes of UTF-8; this has ${bytes}.`) : []),
      ...characterComplaints(description, "many"),
    ];
  },
  categoryId: (id: string): Complaint[] =>
    /^[1-9]\d{0,2}$/.test(id) ? [] : complaint("not_a_category", "A category is a number, such as 22 for People & Blogs."),
  language: (language: string): Complaint[] =>
    isLanguage(language) ? [] : complaint("not_a_language", "A language is a tag of BCP 47, such as en or pt-BR."),
};

export function tagRules(tags: readonly string[]): Complaint[] {
  const each = tags.flatMap((tag, index) => [
    ...(tag.trim() === "" ? [{ path: [index], code: "empty_tag", detail: "A tag has at least one character." }] : []),
    ...(tag.includes(",") ? [{ path: [index], code: "comma", detail: "A comma ends a tag: make it two." }] : []),
    ...characterComplaints(tag, "one").map((found) => ({ ...found, path: [index] })),
  ]);
  const units = tagsLength(tags);
  if (units <= TAGS_UNITS) return each;
  const detail = `YouTube takes ${TAGS_UNITS} characters of tags, with a comma between two and quotation marks around one with a space; these have ${units}.`;
  return [...each, ...complaint("too_long", detail)];
}

/** As YouTube counts tags, but in UTF-16 code units. */
const tagsLength = (tags: readonly string[]): number =>
  tags.reduce((sum, tag) => sum + tag.length + (/\s/.test(tag) ? 2 : 0), Math.max(0, tags.length - 1));

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export const about = (field: string, complaints: readonly Complaint[]): Violation[] =>
  complaints.map(({ path, code, detail }) => ({ pointer: [field, ...path.map(String)].join("/"), code, detail }));
