import { expect, test } from "vitest";
import { memoryOn, type Shelf } from "#console/island/remembered.ts";

function aShelf(kept: Record<string, string> = {}): Shelf & { readonly kept: Record<string, string> } {
  const store = { ...kept };
  return {
    kept: store,
    getItem: (name) => store[name] ?? null,
    setItem: (name, value) => void (store[name] = value),
    removeItem: (name) => void delete store[name],
  };
}

const anEntry = (id: string) => ({ id, url: `/files/${id}.secret`, fingerprint: "v1:1:ab" });

test("keeps an upload until it is forgotten, each once", () => {
  const shelf = aShelf();
  const memory = memoryOn(shelf);
  memory.keep(anEntry("upl_a"));
  memory.keep(anEntry("upl_b"));
  memory.keep({ ...anEntry("upl_a"), url: "/files/upl_a.newer" });
  expect(
    memoryOn(shelf)
      .all()
      .map(({ id, url }) => [id, url]),
  ).toEqual([
    ["upl_b", "/files/upl_b.secret"],
    ["upl_a", "/files/upl_a.newer"],
  ]);
  memory.forget("upl_b");
  expect(memory.all().map(({ id }) => id)).toEqual(["upl_a"]);
  memory.forgetAll();
  expect(shelf.kept).toEqual({});
});

test("keeps the newest hundred", () => {
  const memory = memoryOn(aShelf());
  for (let index = 0; index < 120; index += 1) memory.keep(anEntry(`upl_${index}`));
  expect(memory.all()).toHaveLength(100);
  expect(memory.all()[0]?.id).toBe("upl_20");
});

test.each(["", "{", "7", '[{"id":1}]', '[null,{"id":"a","url":"b"}]'])("what it can't read (%j) is nothing", (text) => {
  expect(memoryOn(aShelf({ "sluice.uploads": text })).all()).toEqual([]);
});

test("goes on without a shelf that takes anything", () => {
  const memory = memoryOn({
    ...aShelf(),
    setItem: () => {
      throw new Error("quota");
    },
  });
  memory.keep(anEntry("upl_a"));
  expect(memory.all()).toEqual([]);
});
