import { describe, expect, test } from "vitest";
import { configOf, parseConfig } from "#config";
import { MAX_UPLOAD_BYTES } from "#domain/uploads/part-plan.ts";

const LEAST = {
  ENVIRONMENT: "production",
  HANDLE_KEY: "h".repeat(32),
  OPERATOR_KEY: "o".repeat(32),
  SEALING_KEYS: `k1:${"A".repeat(43)}=`,
};
const SECRET = `whsec_${"A".repeat(32)}`;

const STANDARD_RETRY_MS = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000);

test("needs four values and has a sensible default for every other", () => {
  expect(parseConfig(LEAST)).toEqual({
    environment: "production",
    handleKey: LEAST.HANDLE_KEY,
    operatorKey: LEAST.OPERATOR_KEY,
    publicOrigin: null,
    allowedOrigins: ["*"],
    access: null,
    authenticationUrl: null,
    completion: null,
    sealingKeys: [{ id: "k1", bytes: new Uint8Array(32) }],
    webhooks: { maxPerCreator: 20, retryMs: STANDARD_RETRY_MS, ownZones: [] },
    limits: {
      maxUploadBytes: MAX_UPLOAD_BYTES,
      maxAppendBytes: 95_000_000,
      ttlMs: 6 * 24 * 3_600_000,
      maxOpenUploads: 1000,
      maxOpenBytes: 10 * 1024 ** 4,
      acceptedTypes: ["video/*", "audio/*", "application/octet-stream"],
    },
  });
});

describe("takes", () => {
  test.each([
    [{ MAX_UPLOAD_BYTES: "1000" }, { limits: { maxUploadBytes: 1000 } }],
    [{ UPLOAD_TTL_SECONDS: "60" }, { limits: { ttlMs: 60_000 } }],
    [{ ALLOWED_ORIGINS: "https://a.example, https://b.example" }, { allowedOrigins: ["https://a.example", "https://b.example"] }],
    [{ AUTH_CALLBACK_URL: "https://app.example/auth" }, { authenticationUrl: "https://app.example/auth" }],
    [{ AUTH_CALLBACK_URL: "" }, { authenticationUrl: null }],
    [{ ENVIRONMENT: "local", AUTH_CALLBACK_URL: "http://127.0.0.1:99/auth" }, { authenticationUrl: "http://127.0.0.1:99/auth" }],
    [
      { COMPLETION_CALLBACK_URL: "https://app.example/done", CALLBACK_SECRET: SECRET },
      { completion: { url: "https://app.example/done", secret: SECRET } },
    ],
    [{ PUBLIC_ORIGIN: "https://up.example" }, { publicOrigin: "https://up.example", webhooks: { ownZones: ["up.example"] } }],
    [
      { PUBLIC_ORIGIN: "https://up.example:8443", OWN_ZONES: "example.net, acme.workers.dev" },
      { webhooks: { ownZones: ["up.example", "example.net", "acme.workers.dev"] } },
    ],
    [{ WEBHOOK_RETRY_SECONDS: "0, 1.5,60" }, { webhooks: { retryMs: [0, 1500, 60_000] } }],
    [{ MAX_WEBHOOKS: "3" }, { webhooks: { maxPerCreator: 3 } }],
    [
      { SEALING_KEYS: `new:${"B".repeat(43)}, k1:${"A".repeat(43)}=` },
      { sealingKeys: [{ id: "new" }, { id: "k1", bytes: new Uint8Array(32) }] },
    ],
    [
      { ACCESS_TEAM_DOMAIN: "https://newsroom.cloudflareaccess.com", ACCESS_AUDIENCE: `${"a5".repeat(32)}, ${"b6".repeat(32)}` },
      { access: { team: "https://newsroom.cloudflareaccess.com", audiences: ["a5".repeat(32), "b6".repeat(32)] } },
    ],
  ])("%j", (change, expected) => {
    expect(parseConfig({ ...LEAST, ...change })).toMatchObject(expected);
  });
});

describe("refuses, by name and without the value,", () => {
  test.each([
    ["HANDLE_KEY", { HANDLE_KEY: "h".repeat(31) }],
    ["HANDLE_KEY", { HANDLE_KEY: undefined }],
    ["OPERATOR_KEY", { OPERATOR_KEY: "short" }],
    ["ENVIRONMENT", { ENVIRONMENT: "staging" }],
    ["MAX_UPLOAD_BYTES", { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES + 1) }],
    ["MAX_UPLOAD_BYTES", { MAX_UPLOAD_BYTES: "0" }],
    ["MAX_APPEND_BYTES", { MAX_APPEND_BYTES: "12abc" }],
    ["UPLOAD_TTL_SECONDS", { UPLOAD_TTL_SECONDS: String(7 * 24 * 3600) }],
    ["AUTH_CALLBACK_URL", { AUTH_CALLBACK_URL: "http://127.0.0.1:99/auth" }],
    ["AUTH_CALLBACK_URL", { ENVIRONMENT: "local", AUTH_CALLBACK_URL: "http://app.example/auth" }],
    ["AUTH_CALLBACK_URL", { AUTH_CALLBACK_URL: "ftp://app.example/auth" }],
    ["SEALING_KEYS", { SEALING_KEYS: undefined }],
    ["SEALING_KEYS", { SEALING_KEYS: `k1:${"A".repeat(42)}` }],
    ["SEALING_KEYS", { SEALING_KEYS: "A".repeat(43) }],
    ["SEALING_KEYS", { SEALING_KEYS: `k1:${"A".repeat(43)},k1:${"B".repeat(43)}` }],
    ["WEBHOOK_RETRY_SECONDS", { WEBHOOK_RETRY_SECONDS: "0,soon" }],
    ["WEBHOOK_RETRY_SECONDS", { WEBHOOK_RETRY_SECONDS: "-1" }],
    ["OWN_ZONES", { OWN_ZONES: "https://up.example" }],
    ["ACCESS_TEAM_DOMAIN", { ACCESS_TEAM_DOMAIN: "http://127.0.0.1:99", ACCESS_AUDIENCE: "a5".repeat(32) }],
    ["ACCESS_TEAM_DOMAIN", { ACCESS_AUDIENCE: "a5".repeat(32) }],
    ["ACCESS_AUDIENCE", { ACCESS_TEAM_DOMAIN: "https://newsroom.cloudflareaccess.com" }],
    ["ACCESS_AUDIENCE", { ACCESS_TEAM_DOMAIN: "https://newsroom.cloudflareaccess.com", ACCESS_AUDIENCE: "short" }],
    ["CALLBACK_SECRET", { COMPLETION_CALLBACK_URL: "https://app.example/done" }],
    ["CALLBACK_SECRET", { CALLBACK_SECRET: "whsec_short" }],
    ["PUBLIC_ORIGIN", { PUBLIC_ORIGIN: "https://up.example/path" }],
    ["ALLOWED_ORIGINS", { ALLOWED_ORIGINS: "https://a.example/" }],
    ["ACCEPTED_TYPES", { ACCEPTED_TYPES: "video" }],
  ])("%s of %j", (name, change) => {
    const env = { ...LEAST, ...change };
    expect(() => parseConfig(env)).toThrow(new RegExp(`not configured: ${name}`));
  });

  test("everything that is wrong at once, and no secret", () => {
    const env = { ...LEAST, HANDLE_KEY: "tell-nobody", OPERATOR_KEY: "x" };
    expect(() => parseConfig(env)).toThrow(/HANDLE_KEY.*OPERATOR_KEY/);
    expect(() => parseConfig(env)).not.toThrow(/tell-nobody/);
  });
});

test("is parsed once for each environment", () => {
  const env = { ...LEAST };
  expect(configOf(env)).toBe(configOf(env));
  expect(configOf(env)).not.toBe(configOf({ ...LEAST }));
});
