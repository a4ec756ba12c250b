import { expect, test } from "vitest";
import { webhookSecret } from "#adapters/webhooks/webhook-secret.ts";

test("secrets of webhooks are 32 random bytes behind whsec_", () => {
  const secrets = Array.from({ length: 100 }, webhookSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ""), "base64")).toHaveLength(32);
});
