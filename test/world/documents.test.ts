import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;

beforeEach(() => {
  directory = temporaryDirectory();
  store = storeIn(directory.path);
});

afterEach(() => {
  store.close();
  directory.remove();
});

test("documents are found by id and by parent, in the order in which they came first", () => {
  const { documents } = store;
  documents.put("song", "b", "album", "1");
  documents.put("song", "a", "album", "2");
  documents.put("song", "c", "single", "3");
  documents.put("book", "a", "album", "4");
  documents.put("song", "b", "album", "5");
  expect([documents.get("song", "b"), documents.get("book", "a"), documents.get("book", "b")]).toEqual(["5", "4", null]);
  expect([documents.under("song", "album"), documents.all("song")]).toEqual([
    ["5", "2"],
    ["5", "2", "3"],
  ]);
  expect([documents.countOf("song"), documents.countOf("film")]).toEqual([3, 0]);
  documents.drop("song", "a");
  documents.clear("book");
  store.close();
  store = storeIn(directory.path);
  expect([store.documents.all("song"), store.documents.all("book")]).toEqual([["5", "3"], []]);
});

test("the newest are kept", () => {
  for (const kind of ["song", "book"]) for (let n = 0; n < 5; n += 1) store.documents.put(kind, String(n), "", String(n));
  store.documents.trim("song", 2);
  store.documents.trim("book", 5);
  expect([store.documents.all("song"), store.documents.all("book")]).toEqual([
    ["3", "4"],
    ["0", "1", "2", "3", "4"],
  ]);
});

test("what belongs together is kept together or not at all", () => {
  const put = (id: string) => store.documents.put("song", id, "", id);
  expect(() =>
    store.documents.atomically(() => {
      put("a");
      throw new Error("no");
    }),
  ).toThrow("no");
  store.documents.atomically(() => put("b"));
  expect(store.documents.all("song")).toEqual(["b"]);
});
