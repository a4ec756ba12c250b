import { expect, test } from "vitest";
import { adviceForCode } from "#console/island/advice.ts";
import type { Answered, Draft } from "#console/island/api.ts";
import { fingerprintOf } from "#console/island/fingerprint.ts";
import { memoryOn } from "#console/island/remembered.ts";
import type { ListedUpload } from "#console/island/resources.ts";
import type { OpenUpload } from "#console/island/transfer.ts";
import { Workbench, type WorkbenchPorts } from "#console/island/workbench.ts";

const aFile = (name: string, text: string): File => new File([text], name, { type: "video/mp4" });
const open = (id: string): OpenUpload => ({ id, url: `/files/${id}.new`, partBytes: 8_388_608, maxAppendBytes: 95_000_000 });

const aListed = (id: string, file: File, more: Partial<ListedUpload> = {}): ListedUpload => ({
  id,
  status: "receiving",
  filename: file.name,
  length: file.size,
  offset: 2,
  failureCode: null,
  createdAt: "2026-11-20T10:00:00Z",
  expiresAt: "2026-11-27T10:00:00Z",
  look: null,
  ...more,
});

/** A bench whose requests stay on their way until they are aborted. */
function aBench(
  more: {
    readonly fingerprintThere?: string | null;
    readonly reopened?: Answered<never>;
    readonly erased?: Answered<true>;
    /** Nothing is known to be begun before. */
    readonly answered?: Promise<void>;
  } = {},
) {
  const kept = new Map<string, string>();
  const memory = memoryOn({
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  });
  const drafts: Draft[] = [];
  const erased: string[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  const stuck = (signal: AbortSignal): Promise<null> =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(null));
    });
  const client = {
    create: async (draft: Draft): Promise<Answered<OpenUpload>> => {
      drafts.push(draft);
      await more.answered;
      return { ok: true, value: open(`upl_new_${drafts.length}`) };
    },
    reopen: async (id: string) =>
      more.reopened ?? { ok: true as const, value: { upload: open(id), fingerprint: more.fingerprintThere ?? null } },
    cancel: async (id: string): Promise<Answered<true>> => {
      erased.push(id);
      return more.erased ?? { ok: true, value: true };
    },
  };
  const atHand = new Map<string, File>();
  const files = {
    has: (id: string) => atHand.has(id),
    keep: (id: string, file: File) => void atHand.set(id, file),
    forget: (id: string) => void atHand.delete(id),
    open: async (id: string) => {
      const file = atHand.get(id);
      if (file?.size !== 0) return file ?? null;
      atHand.delete(id);
      return null;
    },
  };
  const ports: WorkbenchPorts = {
    client,
    memory,
    files,
    announcer: {
      say: (text) => void said.push(text),
      warn: (text) => void said.push(`! ${text}`),
      tell: (text) => void said.push(`!! ${text}`),
    },
    changed: () => undefined,
    ended: () => undefined,
    newAttempt: () => "attempt",
    put: (url, { contentRange }, signal) => {
      asked.push(`${url} ${contentRange}`);
      return stuck(signal);
    },
    digest: async () => null,
    isOnline: () => true,
    sleep: () => Promise.resolve(),
    now: () => 0,
    chance: () => 0,
  };
  return { bench: new Workbench(ports), memory, atHand, drafts, erased, said, asked };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test("a file begins an upload of its own, which remembers what the file looked like", async () => {
  const { bench, drafts, memory, atHand } = aBench();
  const file = aFile("film.mp4", "a film");
  await bench.add([file, aFile("odd.bin", "odd")]);
  await soon();
  const fingerprint = await fingerprintOf(file);
  expect(drafts[0]).toEqual({ filename: "film.mp4", content_type: "video/mp4", length: 6, metadata: { fingerprint } });
  expect(memory.all()[0]).toEqual({ id: "upl_new_1", url: "/files/upl_new_1.new", fingerprint });
  expect(atHand.get("upl_new_1")).toBe(file);
});

test("a file's place in its folder is told, and a type that is none is not", async () => {
  const { bench, drafts } = aBench();
  const file = new File(["a"], "film.mkv", { type: "matroska" });
  await bench.add([Object.defineProperty(file, "webkitRelativePath", { value: "day 1/film.mkv" })]);
  await soon();
  expect(drafts).toMatchObject([{ filename: "film.mkv", metadata: { path: "day 1/film.mkv" } }]);
  expect(drafts[0]).not.toHaveProperty("content_type");
});

test("three go at a time, and the next when one has stopped", async () => {
  const { bench, drafts } = aBench();
  await bench.add(["a", "b", "c", "d"].map((name) => aFile(`${name}.mp4`, name)));
  await soon();
  expect(drafts.map(({ filename }) => filename)).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
  expect(bench.rows(0).map(({ badge }) => badge)).toEqual(["Uploading", "Uploading", "Uploading", "Waiting"]);
  bench.pause(bench.rows(0)[1]?.key ?? "");
  await soon();
  expect(drafts.map(({ filename }) => filename)).toEqual(["a.mp4", "b.mp4", "c.mp4", "d.mp4"]);
});

/** What this browser began earlier, and the list shows as open. */
async function aPausedBench(more: Parameters<typeof aBench>[0] = {}) {
  const world = aBench(more);
  const [one, two] = [aFile("one.mp4", "one and one"), aFile("two.mp4", "two and two")];
  for (const [id, file] of [["upl_1", one] as const, ["upl_2", two] as const])
    world.memory.keep({ id, url: `/files/${id}.old`, fingerprint: await fingerprintOf(file) });
  world.bench.list([aListed("upl_1", one), aListed("upl_2", two), aListed("upl_3", aFile("three.mp4", "elsewhere"))]);
  return { ...world, one, two };
}

test("what this browser began and nobody is at is paused", async () => {
  const { bench } = await aPausedBench();
  expect(bench.paused.map(({ id }) => id)).toEqual(["upl_1", "upl_2"]);
  expect(bench.rows(0).map(({ badge }) => badge)).toEqual(["Paused", "Paused", "Open"]);
});

test("files that come in any order, under any name, go on with the uploads that they began", async () => {
  const { bench, drafts, asked, two } = await aPausedBench();
  await bench.add([new File([two], "renamed.mp4"), aFile("new.mp4", "new")]);
  await soon();
  expect(asked[0]).toBe("/files/upl_2.new bytes */11");
  expect(drafts.map(({ filename }) => filename)).toEqual(["new.mp4"]);
  expect(bench.paused.map(({ id }) => id)).toEqual(["upl_1"]);
  expect(bench.storedOf("upl_2")).toBe(2);
});

test.each([
  ["another size", "one", "another size"],
  ["another content", "eno dna eno", "the right size, but not the content"],
])("a file of the same name and %s is refused, and sent by itself when that is wanted", async (_name, text, words) => {
  const { bench, drafts, asked, said } = await aPausedBench();
  await bench.add([aFile("one.mp4", text)]);
  await soon();
  expect([drafts, asked]).toEqual([[], []]);
  expect(bench.rows(0)[0]).toMatchObject({ advice: { code: "another_file" }, actions: ["choose", "send_new", "cancel"] });
  expect(said).toEqual([expect.stringContaining(words)]);
  await bench.sendAsNew("upl_1");
  await soon();
  expect(drafts.map(({ filename }) => filename)).toEqual(["one.mp4"]);
  expect(bench.rows(0).find(({ key }) => key === "upl_1")?.advice).toBeNull();
});

test("a file at hand goes on with its upload, and one that is gone has to be chosen", async () => {
  const { bench, atHand, asked, said, one } = await aPausedBench();
  atHand.set("upl_1", one).set("upl_2", aFile("two.mp4", ""));
  expect(bench.atHand).toEqual(["upl_1", "upl_2"]);
  expect(bench.rows(0).map(({ actions }) => actions[0])).toEqual(["go_on", "go_on", "choose"]);
  await bench.goOn("upl_1");
  await soon();
  expect(asked).toEqual(["/files/upl_1.new bytes */11"]);
  await bench.goOn("upl_2");
  expect(said).toEqual([expect.stringContaining("!! two.mp4: The file could not be opened again")]);
  expect(bench.rows(0).find(({ key }) => key === "upl_2")?.actions).toEqual(["choose", "cancel"]);
});

test("what another device began is compared with what the upload remembers", async () => {
  const file = aFile("three.mp4", "elsewhere");
  const there = await aPausedBench({ fingerprintThere: await fingerprintOf(file) });
  await there.bench.resume("upl_3", aFile("three.mp4", "erehwesle"));
  expect(there.bench.rows(0).find(({ key }) => key === "upl_3")?.advice?.code).toBe("another_file");
  await there.bench.resume("upl_3", file);
  await soon();
  expect(there.asked).toEqual(["/files/upl_3.new bytes */9"]);
  expect(there.memory.all().at(-1)).toMatchObject({ id: "upl_3", url: "/files/upl_3.new" });
});

test("of an upload that tells nothing of its file the size has to be right", async () => {
  const { bench, asked } = await aPausedBench();
  await bench.resume("upl_3", aFile("three.mp4", "else"));
  expect(bench.rows(0).find(({ key }) => key === "upl_3")?.advice?.happened).toContain("has another size");
  expect(asked).toEqual([]);
});

test("an upload that this tab is at is not begun twice", async () => {
  const { bench, asked, one } = await aPausedBench();
  await bench.resume("upl_1", one);
  await soon();
  await bench.resume("upl_1", one);
  await soon();
  expect(asked).toHaveLength(1);
});

test("why an upload can't be gone on with stands beside it", async () => {
  const advice = adviceForCode("upload_gone");
  const { bench, asked, one } = await aPausedBench({ reopened: { ok: false, refusal: { status: 410, retryable: false, advice } } });
  await bench.resume("upl_1", one);
  expect(bench.rows(0)[0]?.advice).toEqual(advice);
  expect(asked).toEqual([]);
});

test("a file that can't be read is told by its name, and the others go", async () => {
  const { bench, drafts, said } = aBench();
  const gone = aFile("gone.mp4", "gone");
  gone.slice = () => {
    throw new DOMException("gone", "NotFoundError");
  };
  await bench.add([gone, aFile("here.mp4", "here")]);
  await soon();
  expect(said).toEqual([expect.stringContaining("!! gone.mp4: The file can't be read any more")]);
  expect(drafts.map(({ filename }) => filename)).toEqual(["here.mp4"]);
});

test.each(["completed", "cancelled", "expired", "failed"] as const)("an upload that is %s is remembered no longer", async (status) => {
  const { bench, memory, atHand, one } = await aPausedBench();
  atHand.set("upl_1", one);
  bench.list([aListed("upl_1", one, { status })]);
  expect(memory.all().map(({ id }) => id)).toEqual(["upl_2"]);
  expect(atHand.size).toBe(0);
});

test("progress of another device moves its row, and only forward", async () => {
  const { bench } = await aPausedBench();
  bench.progress("upl_3", 7);
  bench.progress("upl_3", 5);
  expect(bench.storedOf("upl_3")).toBe(7);
});

test("a cancelled upload is erased and forgotten, and a refusal of it is told", async () => {
  const { bench, erased, memory, said } = await aPausedBench();
  await bench.cancel("upl_1");
  expect([erased, said]).toEqual([["upl_1"], []]);
  expect(memory.all().map(({ id }) => id)).toEqual(["upl_2"]);

  const advice = adviceForCode("forbidden");
  const refused = await aPausedBench({ erased: { ok: false, refusal: { status: 403, retryable: false, advice } } });
  await refused.bench.cancel("upl_2");
  expect(refused.said).toEqual(["!! The key may not do this. Ask whoever gave you the key for one that may."]);
});

test("leaving the desk stops everything that is on its way, and nothing more is remembered", async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const { bench, drafts, memory } = aBench({ answered });
  await bench.add([aFile("a.mp4", "a"), aFile("b.mp4", "b")]);
  await soon();
  bench.stop();
  answer();
  await soon();
  expect(drafts).toHaveLength(2);
  expect(bench.transfers.map(({ phase }) => phase.name)).toEqual(["paused", "paused"]);
  expect(memory.all()).toEqual([]);
});
