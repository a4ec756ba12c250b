import { expect, test } from "vitest";
import { BUCKETS, bucketOf, directoryOver } from "#domain/identity/directory.ts";
import { newId } from "#test/fakes/builders.ts";

const creators = Array.from({ length: 4096 }, () => newId("crt"));

test("a creator's bucket never changes", () => {
  expect(["crt_01k0fzq1y9m3s8v7c2d5e6r4ta", "crt_00000000000000000000000000", "a", ""].map(bucketOf)).toEqual([77, 769, 300, 453]);
});

test("creators spread over the buckets", () => {
  const used = new Set(creators.map(bucketOf));
  expect(used.size).toBeGreaterThan(BUCKETS * 0.9);
  for (const bucket of used) expect(bucket >= 0 && bucket < BUCKETS && Number.isInteger(bucket)).toBe(true);
});

test("every database holds a share, and whole buckets", () => {
  const directory = directoryOver(["a", "b", "c"]);
  const byBucket = new Map<number, Set<string>>();
  for (const id of creators) byBucket.set(bucketOf(id), (byBucket.get(bucketOf(id)) ?? new Set()).add(directory.of(id)));
  expect([...byBucket.values()].every((databases) => databases.size === 1)).toBe(true);
  const share = (name: string) => creators.filter((id) => directory.of(id) === name).length / creators.length;
  for (const name of directory.all) expect(share(name)).toBeCloseTo(1 / 3, 1);
  expect(directory.registry).toBe("a");
  expect(creators.every((id) => directory.all[directory.indexOf(id)] === directory.of(id))).toBe(true);
});
