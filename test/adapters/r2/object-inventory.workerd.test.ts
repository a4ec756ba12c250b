import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { r2ObjectInventory } from "#adapters/r2/object-inventory.ts";
import type { UploadId } from "#domain/ids.ts";
import { newId } from "#test/fakes/builders.ts";

/** So few at once that every list has more. */
const inventory = r2ObjectInventory(env.MEDIA, 3);

beforeEach(async () => {
  const { objects } = await env.MEDIA.list();
  await env.MEDIA.delete(objects.map(({ key }) => key));
});

async function put(id: UploadId, ...below: string[]): Promise<string[]> {
  const keys = below.map((rest) => `media/${id}${rest}`);
  for (const key of keys) await env.MEDIA.put(key, key);
  return keys;
}

test.each([1, 2, 9])(
  "every upload is told once and with everything it has, %i in a step, though lists end in the middle of one",
  async (limit) => {
    const ids = [newId("upl"), newId("upl"), newId("upl")].toSorted();
    const all: string[] = [];
    for (const id of ids) all.push(...(await put(id, ".keyframes", "/1")));
    await env.MEDIA.put("media/somebody-elses", "x");
    const told: string[] = [];
    for (let after: UploadId | null = null; ;) {
      const page: Awaited<ReturnType<typeof inventory.page>> = await inventory.page(after, limit);
      const perUpload = Map.groupBy(page.objects, ({ uploadId }) => uploadId);
      for (const objects of perUpload.values()) expect(objects).toHaveLength(2);
      told.push(...page.objects.map(({ key }) => key));
      if (page.after === null) break;
      after = page.after;
    }
    expect(told).toEqual(all.toSorted());
  },
);

test("everything of one upload is erased, however many lists that takes, and nothing of another", async () => {
  const [gone, kept] = [newId("upl"), newId("upl")];
  await put(gone, "", "/1", "/2", "/3", "/4", ".keyframes", ".thumbnail");
  const others = await put(kept, "", "/1");
  await inventory.eraseAll(gone);
  expect((await env.MEDIA.list()).objects.map(({ key }) => key)).toEqual(others);
});

test("an object is found by its key, and what is not ours is not", async () => {
  const id = newId("upl");
  const [key = ""] = await put(id, "/1");
  await env.MEDIA.put("media/somebody-elses", "x");
  expect(await inventory.find(key)).toMatchObject({ key, uploadId: id, size: key.length });
  expect(await inventory.find("media/somebody-elses")).toBeNull();
  expect(await inventory.find(`media/${newId("upl")}`)).toBeNull();
});
