import { createDecipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { sealer } from "#adapters/crypto/sealed.ts";
import type { SealingKey } from "#domain/sealer.ts";

const key = (id: string, fill: number): SealingKey => ({ id, bytes: new Uint8Array(32).fill(fill) });
const [A, B] = [key("a", 1), key("b", 2)];
const PLACE = "whk_1";

test("what is sealed is read again, at its place", async () => {
  const sealed = await sealer([A]).seal("Zoë 🎬", PLACE);
  expect(sealed).toMatch(/^v1\.a\.[\w-]{16}\.[\w-]+$/);
  expect(sealed).not.toContain("Zo");
  expect(await sealer([A]).open(sealed, PLACE)).toEqual({ ok: true, value: { text: "Zoë 🎬", stale: false } });
});

test("is AES-256-GCM over version, key and place, as Node's cryptography reads it", async () => {
  const sealed = await sealer([A]).seal("secret", PLACE);
  const [, , nonce = "", text = ""] = sealed.split(".");
  const bytes = Buffer.from(text, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", A.bytes, Buffer.from(nonce, "base64url")).setAAD(Buffer.from(`v1.a.${PLACE}`));
  decipher.setAuthTag(bytes.subarray(-16));
  expect(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()).toBe("secret");
});

test("is never sealed twice alike", async () => {
  const sealed = await Promise.all(Array.from({ length: 50 }, () => sealer([A]).seal("secret", PLACE)));
  expect(new Set(sealed).size).toBe(50);
});

test("a newer key seals, the older one still opens, and it is said which was used", async () => {
  const old = await sealer([A]).seal("secret", PLACE);
  const both = sealer([B, A]);
  expect(await both.open(old, PLACE)).toEqual({ ok: true, value: { text: "secret", stale: true } });
  const fresh = await both.seal("secret", PLACE);
  expect(fresh).toMatch(/^v1\.b\./);
  expect(await sealer([B]).open(fresh, PLACE)).toMatchObject({ ok: true, value: { stale: false } });
});

describe("does not open", () => {
  const other = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
  test.each<[string, (sealed: string) => string, string, SealingKey[]]>([
    ["at another place", (sealed) => sealed, "whk_2", [A]],
    ["without its key", (sealed) => sealed, PLACE, [B]],
    ["under another key of the same id", (sealed) => sealed, PLACE, [key("a", 3)]],
    ["with another key's id", (sealed) => sealed.replace("v1.a.", "v1.b."), PLACE, [A, key("b", 1)]],
    ["with another version", (sealed) => sealed.replace("v1.", "v2."), PLACE, [A]],
    ["with another nonce", (sealed) => other(sealed, 6), PLACE, [A]],
    ["with another text", (sealed) => other(sealed, sealed.length - 20), PLACE, [A]],
    ["cut short", (sealed) => sealed.slice(0, -4), PLACE, [A]],
    ["with something behind it", (sealed) => `${sealed}.x`, PLACE, [A]],
    ["when it is no base64", (sealed) => `${sealed}!`, PLACE, [A]],
    ["nothing", () => "", PLACE, [A]],
  ])("%s", async (_name, change, place, [first = A, ...rest]) => {
    const sealed = await sealer([A]).seal("secret", PLACE);
    expect(await sealer([A]).open(sealed, PLACE)).toMatchObject({ ok: true });
    expect(await sealer([first, ...rest]).open(change(sealed), place)).toMatchObject({ ok: false, error: { code: "seal_broken" } });
  });
});
