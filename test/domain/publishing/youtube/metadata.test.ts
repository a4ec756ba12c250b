import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completeMetadata, type MetadataDraft, readDraft, titleFromFilename } from "#domain/publishing/youtube/metadata.ts";
import { sectionsOf } from "#domain/publishing/youtube/video-sections.ts";
import { readMetadata } from "#test/world/youtube/data/video-metadata.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const LATER = NOW + 3_600_000;

const violationsOf = (input: unknown) => {
  const read = readDraft(input);
  return read.ok ? [] : read.error.map(({ pointer, code }) => `${pointer} ${code}`);
};

describe("a draft", () => {
  test.each([
    [{ title: "x".repeat(100) }, []],
    [{ title: "x".repeat(101) }, ["/title too_long"]],
    [{ title: "🎬".repeat(50) }, []],
    [{ title: "🎬".repeat(51) }, ["/title too_long"]],
    [{ title: ` ${"x".repeat(100)} ` }, []],
    [{ title: " " }, ["/title title_required"]],
    [{ title: "a < b" }, ["/title angle_bracket"]],
    [{ title: "a > b" }, ["/title angle_bracket"]],
    [{ title: "a\nb" }, ["/title control_character"]],
    [{ title: "a\u2028b" }, ["/title control_character"]],
    [{ title: "a\ud83cb" }, ["/title malformed_text"]],
    [{ title: 5 }, ["/title invalid_type"]],
    [{ description: "x".repeat(5_000) }, []],
    [{ description: "x".repeat(5_001) }, ["/description too_long"]],
    [{ description: "é".repeat(2_500) }, []],
    [{ description: "é".repeat(2_501) }, ["/description too_long"]],
    [{ description: "one\n\ttwo\r\nthree" }, []],
    [{ description: "a\u0007b" }, ["/description control_character"]],
    [{ description: "<b>" }, ["/description angle_bracket"]],
    [{ description: "\udc00" }, ["/description malformed_text"]],
    [{ tags: ["x".repeat(500)] }, []],
    [{ tags: ["x".repeat(501)] }, ["/tags too_long"]],
    [{ tags: ["x".repeat(249), "y".repeat(250)] }, []],
    [{ tags: ["x".repeat(250), "y".repeat(250)] }, ["/tags too_long"]],
    [{ tags: [`x ${"y".repeat(496)}`] }, []],
    [{ tags: [`x ${"y".repeat(497)}`] }, ["/tags too_long"]],
    [
      { tags: ["fine", " ", "a,b", "<", "a\nb"] },
      ["/tags/1 empty_tag", "/tags/2 comma", "/tags/3 angle_bracket", "/tags/4 control_character"],
    ],
    [{ tags: "one" }, ["/tags invalid_type"]],
    [{ tags: ["one", 2] }, ["/tags/1 invalid_type"]],
    [{ category_id: "22" }, []],
    [{ category_id: "music" }, ["/category_id not_a_category"]],
    [{ category_id: "0" }, ["/category_id not_a_category"]],
    [{ category_id: 22 }, ["/category_id invalid_type"]],
    [{ language: "pt-BR" }, []],
    [{ language: null }, []],
    [{ language: "en_US" }, ["/language not_a_language"]],
    [{ language: "English" }, []],
    [{ language: "Brazilian Portuguese" }, ["/language not_a_language"]],
    [{ language: "" }, ["/language not_a_language"]],
    [{ privacy: "secret" }, ["/privacy invalid_value"]],
    [{ publish_at: "2026-12-01T10:00:00Z" }, []],
    [{ publish_at: null }, []],
    [{ publish_at: "2026-12-01T10:00:00+01:00" }, []],
    [{ publish_at: "2026-12-01T10:00:00" }, ["/publish_at invalid_format"]],
    [{ publish_at: "2026-13-01T10:00:00Z" }, ["/publish_at invalid_format"]],
    [{ publish_at: "tomorrow" }, ["/publish_at invalid_format"]],
    [{ publish_at: 1_800_000_000_000 }, ["/publish_at invalid_type"]],
    [{ made_for_kids: "no" }, ["/made_for_kids invalid_type"]],
    [{ "a/b~c": 1 }, ["/a~1b~0c unrecognized_keys"]],
    ["no object", [" invalid_type"]],
    [null, [" invalid_type"]],
    [{}, []],
  ])("%j has %j", (input, expected) => {
    expect(violationsOf(input)).toEqual(expected);
  });

  test("says everything that is wrong with it at once", () => {
    const wrong = { title: "<", tags: ["", "<"], category_id: "x", language: "x_y", privacy: "open", publish_at: "soon", thumb: 1 };
    expect(violationsOf(wrong)).toEqual([
      "/title angle_bracket",
      "/tags/0 empty_tag",
      "/tags/1 angle_bracket",
      "/category_id not_a_category",
      "/language not_a_language",
      "/privacy invalid_value",
      "/publish_at invalid_format",
      "/thumb unrecognized_keys",
    ]);
  });

  test("says nothing of what it does not name", () => {
    expect(readDraft({ title: "A" })).toEqual({ ok: true, value: { title: "A" } });
    expect(readDraft({ language: null, publish_at: null })).toEqual({ ok: true, value: { language: null, publishAt: null } });
  });

  test("is read as YouTube would keep it", () => {
    const input = {
      title: "  A  title ",
      description: "one\r\ntwo\r",
      tags: [" b ", "a", "b"],
      language: "PT-br",
      publish_at: "2026-12-01T10:00:00+01:00",
    };
    expect(readDraft(input)).toEqual({
      ok: true,
      value: {
        title: "A  title",
        description: "one\ntwo",
        tags: ["b", "a"],
        language: "pt-BR",
        publishAt: Date.parse("2026-12-01T09:00:00Z"),
      },
    });
  });
});

describe("what is published", () => {
  const complete = (...drafts: MetadataDraft[]) => completeMetadata(drafts, NOW);

  test("is what the delivery says, then the destination, then what harms least", () => {
    expect(
      complete({ tags: ["d"], privacy: "unlisted", categoryId: "19", language: "en" }, { title: "A", tags: ["own"], language: null }),
    ).toEqual({
      ok: true,
      value: {
        title: "A",
        description: "",
        tags: ["own"],
        categoryId: "19",
        language: null,
        privacy: "unlisted",
        publishAt: null,
        madeForKids: false,
      },
    });
    expect(complete({ title: "A" })).toMatchObject({ value: { privacy: "private", categoryId: "22" } });
  });

  test("needs a title", () => {
    expect(complete({ description: "x" })).toMatchObject({ error: [{ pointer: "/title", code: "title_required" }] });
  });

  test("is held to every rule, whoever wrote the drafts", () => {
    const wrong = {
      title: "x".repeat(101),
      description: "<",
      tags: ["<"],
      categoryId: "",
      language: "_",
      publishAt: NOW,
      privacy: "unlisted",
    } as const;
    const read = complete(wrong);
    expect(read.ok ? [] : read.error.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      "/title too_long",
      "/description angle_bracket",
      "/tags/0 angle_bracket",
      "/category_id not_a_category",
      "/language not_a_language",
      "/publish_at publish_at_past",
      "/privacy privacy_conflict",
    ]);
  });

  test("is private until it is published, and can't be unlisted", () => {
    expect(complete({ title: "A", privacy: "public", publishAt: LATER })).toMatchObject({
      value: { privacy: "private", publishAt: LATER },
    });
    expect(complete({ title: "A", privacy: "private", publishAt: LATER })).toMatchObject({ value: { privacy: "private" } });
    expect(complete({ title: "A", privacy: "unlisted", publishAt: LATER })).toMatchObject({ error: [{ code: "privacy_conflict" }] });
    expect(complete({ title: "A", publishAt: NOW + 1 })).toMatchObject({ ok: true });
    expect(complete({ title: "A", publishAt: NOW })).toMatchObject({ error: [{ code: "publish_at_past" }] });
    expect(complete({ title: "A", privacy: "public", publishAt: LATER }, { publishAt: null })).toMatchObject({
      value: { privacy: "public" },
    });
  });
});

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", maxLength: 120 }));

test("whatever passes our rules, YouTube takes", () => {
  const draft = fc.record({
    title: anyText,
    description: anyText,
    tags: fc.array(anyText, { maxLength: 5 }),
    category_id: fc.constantFrom("1", "22", "29"),
    privacy: fc.constantFrom("public", "unlisted", "private"),
    publish_at: fc.constantFrom(null, "2026-11-21T12:00:00+01:00"),
  });
  let taken = 0;
  fc.assert(
    fc.property(draft, (input) => {
      const read = readDraft(input);
      const metadata = read.ok ? completeMetadata([read.value], NOW) : read;
      if (!metadata.ok) return;
      taken += 1;
      expect(readMetadata(sectionsOf(metadata.value), new Set(["snippet", "status"]), null, NOW)).toMatchObject({ ok: true });
      expect(readDraft({ title: metadata.value.title, tags: metadata.value.tags })).toMatchObject({
        value: { title: metadata.value.title, tags: metadata.value.tags },
      });
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([
  ["Holiday in Rome_2026.mp4", "Holiday in Rome 2026"],
  ["v1.2 final.mov", "v1.2 final"],
  ["a<b>c.MP4", "a b c"],
  ["README", "README"],
  [`${"🎬".repeat(60)}.mp4`, "🎬".repeat(50)],
  [".mp4", ""],
  ["<>.mp4", ""],
])("the file %j is called %j", (filename, title) => {
  expect(titleFromFilename(filename)).toBe(title);
});

test("a title from a file name is empty or a title", () => {
  fc.assert(
    fc.property(anyText, (filename) => {
      const title = titleFromFilename(filename);
      expect(title === "" ? [] : violationsOf({ title })).toEqual([]);
    }),
  );
});
