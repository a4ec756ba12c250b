import { createDecipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { envelope } from "#adapters/crypto/envelope.ts";
import type { SealingKey } from "#domain/sealer.ts";
import { sealPlace } from "#domain/sealer.ts";

const key = (id: string, fill: number): SealingKey => ({ id, bytes: new Uint8Array(32).fill(fill) });
const [A, B] = [key("a", 1), key("b", 2)];
const PLACE = sealPlace("connections", "con_1", "grant", 1);

const opened = (bytes: Uint8Array, nonce: string, text: string, context: string): Buffer => {
  const sealed = Buffer.from(text, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", bytes, Buffer.from(nonce, "base64url")).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
};

test("what is sealed is read again, at its place", async () => {
  const sealed = await envelope([A]).seal("Zoë 🎬", PLACE);
  expect(sealed).toMatch(/^e1\.a\.[\w-]{16}\.[\w-]{64}\.[\w-]{16}\.[\w-]+$/);
  expect(await envelope([A]).open(sealed, PLACE)).toEqual({ ok: true, value: { text: "Zoë 🎬", stale: false } });
});

test("is a random key under the sealing key and the text under that, as Node's cryptography reads it", async () => {
  const [, id, wrapNonce = "", wrapped = "", nonce = "", text = ""] = (await envelope([A]).seal("secret", PLACE)).split(".");
  expect(id).toBe("a");
  const dataKey = opened(A.bytes, wrapNonce, wrapped, "e1.key.a.connections|con_1|grant|1");
  expect(dataKey).toHaveLength(32);
  expect(opened(dataKey, nonce, text, "e1.text.connections|con_1|grant|1").toString()).toBe("secret");
});

test("has another data key each time", async () => {
  const sealed = await Promise.all(Array.from({ length: 50 }, () => envelope([A]).seal("secret", PLACE)));
  const dataKeys = sealed.map((each) => {
    const [, , nonce = "", wrapped = ""] = each.split(".");
    return opened(A.bytes, nonce, wrapped, `e1.key.a.${PLACE}`).toString("hex");
  });
  expect(new Set(dataKeys).size).toBe(50);
});

test("keys are exchanged without loss: two live, what is old is wrapped anew, then the old one goes", async () => {
  const old = await envelope([A]).seal("secret", PLACE);
  const both = envelope([B, A]);
  expect([both.newestKey, both.olderKeys]).toEqual(["b", ["a"]]);
  expect(await both.open(old, PLACE)).toEqual({ ok: true, value: { text: "secret", stale: true } });
  const rewrapped = await both.rewrap(old, PLACE);
  expect(rewrapped).toMatchObject({ ok: true, value: expect.stringMatching(/^e1\.b\./) });
  const anew = rewrapped.ok ? rewrapped.value : "";
  expect(anew.split(".").slice(4)).toEqual(old.split(".").slice(4));
  expect(await envelope([B]).open(anew, PLACE)).toEqual({ ok: true, value: { text: "secret", stale: false } });
  expect(await envelope([B]).open(old, PLACE)).toMatchObject({ ok: false, error: { code: "seal_broken", detail: "there is no key a" } });
});

describe("neither opens nor is wrapped anew", () => {
  const changed = (text: string, part: number) =>
    text
      .split(".")
      .map((each, index) => (index === part ? (each.startsWith("A") ? "B" : "A") + each.slice(1) : each))
      .join(".");
  test.each<[string, (sealed: string) => string, string, SealingKey[]]>([
    ["at another place", (sealed) => sealed, sealPlace("connections", "con_2", "grant", 1), [A]],
    ["without its key", (sealed) => sealed, PLACE, [B]],
    ["under another key of the same id", (sealed) => sealed, PLACE, [key("a", 3)]],
    ["with another key's id", (sealed) => sealed.replace("e1.a.", "e1.b."), PLACE, [A, key("b", 1)]],
    ["with another version", (sealed) => sealed.replace("e1.", "v1."), PLACE, [A]],
    ["with another nonce of its key", (sealed) => changed(sealed, 2), PLACE, [A]],
    ["with another data key", (sealed) => changed(sealed, 3), PLACE, [A]],
    ["without a text", (sealed) => sealed.split(".").slice(0, 5).join("."), PLACE, [A]],
    ["with something behind it", (sealed) => `${sealed}.x`, PLACE, [A]],
    ["nothing", () => "", PLACE, [A]],
  ])("%s", async (_name, change, place, [first = A, ...rest]) => {
    const sealed = await envelope([A]).seal("secret", PLACE);
    expect(await envelope([A]).rewrap(sealed, PLACE)).toMatchObject({ ok: true });
    const asked = envelope([first, ...rest]);
    for (const answer of [await asked.open(change(sealed), place), await asked.rewrap(change(sealed), place)])
      expect(answer).toMatchObject({ ok: false, error: { code: "seal_broken" } });
  });

  test.each([4, 5])("a text whose part %i is another opens at no time, whatever wraps it", async (part) => {
    const sealed = changed(await envelope([A]).seal("secret", PLACE), part);
    expect(await envelope([A]).open(sealed, PLACE)).toMatchObject({ ok: false });
    const rewrapped = await envelope([B, A]).rewrap(sealed, PLACE);
    expect(await envelope([B]).open(rewrapped.ok ? rewrapped.value : "", PLACE)).toMatchObject({ ok: false });
  });

  test("a text under another text's key", async () => {
    const [one, two] = [await envelope([A]).seal("one", PLACE), await envelope([A]).seal("two", PLACE)];
    const mixed = [...one.split(".").slice(0, 4), ...two.split(".").slice(4)].join(".");
    expect(await envelope([A]).open(mixed, PLACE)).toMatchObject({ ok: false });
  });
});
