import { describe, expect, test } from "vitest";
import { configOf, parseConfig } from "#config";
import { PUBLISHED_COSTS } from "#domain/quota/costs.ts";
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
    google: null,
    youtubeUrl: "https://www.googleapis.com",
    sealingKeys: [{ id: "k1", bytes: new Uint8Array(32) }],
    webhooks: { maxPerCreator: 20, retryMs: STANDARD_RETRY_MS, ownZones: [] },
    quota: { project: "default", limits: { inserts: 100, searches: 100, units: 10_000 }, costs: PUBLISHED_COSTS },
    publishing: { leaseMs: 60_000, checkMs: [15, 30, 60, 120, 300, 600].map((seconds) => seconds * 1000) },
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
    [
      { GOOGLE_CLIENT_ID: "sluice.apps.googleusercontent.com", GOOGLE_CLIENT_SECRET: "GOCSPX-secret" },
      {
        google: {
          clientId: "sluice.apps.googleusercontent.com",
          clientSecret: "GOCSPX-secret",
          authorizationUrl: "https://accounts.google.com/o/oauth2/v2/auth",
          tokenUrl: "https://oauth2.googleapis.com/token",
          revocationUrl: "https://oauth2.googleapis.com/revoke",
        },
      },
    ],
    [{ GOOGLE_CLIENT_ID: "", GOOGLE_CLIENT_SECRET: "" }, { google: null }],
    [{ ENVIRONMENT: "local", YOUTUBE_URL: "http://127.0.0.1:99" }, { youtubeUrl: "http://127.0.0.1:99" }],
    [{ TRANSFER_LEASE_SECONDS: "600" }, { publishing: { leaseMs: 600_000 } }],
    [{ PUBLISHED_CHECK_SECONDS: "0.5, 60" }, { publishing: { checkMs: [500, 60_000] } }],
    [{ GOOGLE_PROJECT: "sluice-newsroom" }, { quota: { project: "sluice-newsroom" } }],
    [{ GOOGLE_PROJECT: "" }, { quota: { project: "default" } }],
    [{ QUOTA_LIMITS: "inserts=1000, units=50000," }, { quota: { limits: { inserts: 1000, searches: 100, units: 50_000 } } }],
    [{ QUOTA_LIMITS: "searches=0" }, { quota: { limits: { inserts: 100, searches: 0, units: 10_000 } } }],
    [
      { QUOTA_COSTS: "captions.insert=200, videos.insert=units:1600" },
      {
        quota: {
          costs: {
            "captions.insert": { bucket: "units", cost: 200 },
            "videos.insert": { bucket: "units", cost: 1600 },
            "search.list": { bucket: "searches", cost: 1 },
          },
        },
      },
    ],
    [{ QUOTA_COSTS: "videos.insert=2" }, { quota: { costs: { "videos.insert": { bucket: "inserts", cost: 2 } } } }],
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
    ["GOOGLE_CLIENT_SECRET", { GOOGLE_CLIENT_ID: "sluice" }],
    ["GOOGLE_CLIENT_ID", { GOOGLE_CLIENT_SECRET: "GOCSPX-secret" }],
    ["GOOGLE_TOKEN_URL", { GOOGLE_TOKEN_URL: "http://127.0.0.1:99/token" }],
    ["GOOGLE_AUTHORIZATION_URL", { ENVIRONMENT: "local", GOOGLE_AUTHORIZATION_URL: "http://google.example/auth" }],
    ["GOOGLE_REVOCATION_URL", { GOOGLE_REVOCATION_URL: "ftp://google.example" }],
    ["YOUTUBE_URL", { YOUTUBE_URL: "https://www.googleapis.com/youtube" }],
    ["AUTH_CALLBACK_URL", { AUTH_CALLBACK_URL: "http://127.0.0.1:99/auth" }],
    ["AUTH_CALLBACK_URL", { ENVIRONMENT: "local", AUTH_CALLBACK_URL: "http://app.example/auth" }],
    ["AUTH_CALLBACK_URL", { AUTH_CALLBACK_URL: "ftp://app.example/auth" }],
    ["SEALING_KEYS", { SEALING_KEYS: undefined }],
    ["SEALING_KEYS", { SEALING_KEYS: `k1:${"A".repeat(42)}` }],
    ["SEALING_KEYS", { SEALING_KEYS: "A".repeat(43) }],
    ["SEALING_KEYS", { SEALING_KEYS: `k1:${"A".repeat(43)},k1:${"B".repeat(43)}` }],
    ["WEBHOOK_RETRY_SECONDS", { WEBHOOK_RETRY_SECONDS: "0,soon" }],
    ["WEBHOOK_RETRY_SECONDS", { WEBHOOK_RETRY_SECONDS: "-1" }],
    ["GOOGLE_PROJECT", { GOOGLE_PROJECT: "Newsroom" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "uploads=5" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "inserts" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "inserts=" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "inserts=-1" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "inserts=5=6" }],
    ["QUOTA_LIMITS", { QUOTA_LIMITS: "inserts=5,inserts=5" }],
    ["QUOTA_COSTS", { QUOTA_COSTS: "videos.upload=5" }],
    ["QUOTA_COSTS", { QUOTA_COSTS: "videos.list=1.5" }],
    ["QUOTA_COSTS", { QUOTA_COSTS: "videos.list=uploads:5" }],
    ["QUOTA_COSTS", { QUOTA_COSTS: "videos.list=all:units:5" }],
    ["QUOTA_COSTS", { QUOTA_COSTS: "videos.list=5,videos.list=6" }],
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
