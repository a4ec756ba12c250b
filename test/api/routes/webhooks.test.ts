import { expect, test } from "vitest";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";

test.each([
  "https://intake.example/hooks",
  "https://below.intake.example/",
  "https://uploads.example/hooks",
  "https://below.uploads.example/",
])("%s is one of our own: the name that we go by, and the one that the request came to", async (url) => {
  const { app, authorization } = await apiUnderTest({ publicOrigin: "https://uploads.example" });
  const headers = { Authorization: authorization, "Content-Type": "application/json" };
  const draft = { method: "POST", headers, body: JSON.stringify({ url }) };
  const refused = await app.fetch(new Request("https://intake.example/v1/webhooks", draft), {});
  expect([refused.status, await refused.json()]).toMatchObject([422, { code: "webhook_url_refused", reason: "own_zone" }]);
});
