import { expect, test } from "vitest";
import { webSecrets } from "#adapters/crypto/web-secrets.ts";
import { nodeSecrets } from "#test/fakes/node-secrets.ts";

const KEY = "a key of more than thirty-two characters";

test("says what Node's cryptography says", async () => {
  const [web, node] = [webSecrets(KEY), nodeSecrets(KEY)];
  for (const text of ["", "abc", "Zoë 🎬", "x".repeat(1000)]) {
    expect(await web.sha256(text)).toBe(await node.sha256(text));
    expect(await web.sign("handle", text)).toBe(await node.sign("handle", text));
    expect(await web.sign("cursor", text)).toBe(await node.sign("cursor", text));
  }
});

test("signs no two purposes and no two keys alike", async () => {
  const signatures = [
    await webSecrets(KEY).sign("handle", "a"),
    await webSecrets(KEY).sign("cursor", "a"),
    await webSecrets(`${KEY}.`).sign("handle", "a"),
  ];
  expect(new Set(signatures).size).toBe(3);
  for (const signature of signatures) expect(signature).toMatch(/^[\w-]{43}$/);
});

test("makes random text that fits a URL, never the same", () => {
  const made = Array.from({ length: 100 }, () => webSecrets(KEY).random(32));
  expect(new Set(made).size).toBe(100);
  for (const text of made) expect(text).toMatch(/^[\w-]{43}$/);
});
