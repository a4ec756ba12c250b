import { z } from "zod";
import type { SealingKey } from "#domain/sealer.ts";
import { MAX_UPLOAD_BYTES } from "#domain/uploads/part-plan.ts";
import type { QuotaCosts } from "#domain/quota/costs.ts";
import type { QuotaLimits } from "#domain/quota/quota-ledger.ts";
import { costsSetting, limitsSetting, PROJECT_NAME } from "#domain/quota/settings.ts";
import type { IntakeLimits } from "#domain/uploads/intake.ts";
import { STANDARD_SCHEDULE_MS } from "#domain/webhooks/schedule.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const DAY_SECONDS = 24 * 60 * 60;

/** R2 aborts a multipart upload after seven days; ours has to be gone before that. */
const MAX_TTL_SECONDS = 7 * DAY_SECONDS - 60 * 60;

const count = (fallback: number, most: number) => z.coerce.number().int().positive().max(most).default(fallback);
const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    );
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).origin === text, "must be an origin: scheme and host, no path");
const hostName = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "must be a host name in lower case");
const sealingKey = z
  .string()
  .regex(/^[a-z0-9]{1,16}:[A-Za-z0-9+/_-]{43}=?$/, "must be <id>:<32 bytes in base64>, the newest first, separated by commas")
  .transform((text) => {
    const [id = "", key = ""] = text.split(":");
    const base64 = key.replaceAll("-", "+").replaceAll("_", "/");
    return { id, bytes: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) };
  });
const audiences = z
  .string()
  .regex(/^[\w-]{16,128}(\s*,\s*[\w-]{16,128})*$/, "must be application audience tags, with commas between them")
  .transform((text) => text.split(/\s*,\s*/));
const pause = z.number().positive().max(DAY_SECONDS);
const blankIsAbsent = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

/** What we call, or send people to. */
const OUTGOING = [
  "ACCESS_TEAM_DOMAIN",
  "AUTH_CALLBACK_URL",
  "COMPLETION_CALLBACK_URL",
  "GOOGLE_AUTHORIZATION_URL",
  "GOOGLE_TOKEN_URL",
  "GOOGLE_REVOCATION_URL",
  "YOUTUBE_URL",
] as const;

const environmentSchema = z
  .object({
    ENVIRONMENT: z.enum(["local", "test", "production"]),
    HANDLE_KEY: z.string().min(32),
    OPERATOR_KEY: z.string().min(32),
    SEALING_KEYS: z
      .string()
      .transform((text) => text.split(",").map((entry) => entry.trim()))
      .pipe(z.tuple([sealingKey], sealingKey))
      .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, "has an id twice"),
    CALLBACK_SECRET: blankIsAbsent(z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/)),
    PUBLIC_ORIGIN: blankIsAbsent(origin),
    ACCESS_TEAM_DOMAIN: blankIsAbsent(origin),
    ACCESS_AUDIENCE: blankIsAbsent(audiences),
    AUTH_CALLBACK_URL: blankIsAbsent(z.url({ protocol: /^https?$/ })),
    COMPLETION_CALLBACK_URL: blankIsAbsent(z.url({ protocol: /^https?$/ })),
    MAX_UPLOAD_BYTES: count(MAX_UPLOAD_BYTES, MAX_UPLOAD_BYTES),
    MAX_APPEND_BYTES: count(95_000_000, MAX_UPLOAD_BYTES),
    UPLOAD_TTL_SECONDS: count(6 * DAY_SECONDS, MAX_TTL_SECONDS),
    MAX_OPEN_UPLOADS: count(1000, 1_000_000),
    MAX_OPEN_BYTES: count(10 * 1024 ** 4, Number.MAX_SAFE_INTEGER),
    ACCEPTED_TYPES: list("video/*,audio/*,application/octet-stream").pipe(
      z.array(z.string().regex(/^(\*\/\*|[a-z0-9.+-]+\/(\*|[a-z0-9.+-]+))$/)).min(1),
    ),
    MAX_WEBHOOKS: count(20, 1000),
    WEBHOOK_RETRY_SECONDS: list(STANDARD_SCHEDULE_MS.map((pauseMs) => pauseMs / 1000).join(","))
      .transform((entries) => entries.map(Number))
      .pipe(
        z
          .array(
            z
              .number()
              .min(0)
              .max(7 * DAY_SECONDS),
          )
          .min(1)
          .max(50),
      ),
    GOOGLE_PROJECT: blankIsAbsent(z.string().regex(PROJECT_NAME)),
    QUOTA_LIMITS: limitsSetting,
    QUOTA_COSTS: costsSetting,
    OWN_ZONES: list("").pipe(z.array(hostName)),
    GOOGLE_CLIENT_ID: blankIsAbsent(z.string().min(1).max(255)),
    GOOGLE_CLIENT_SECRET: blankIsAbsent(z.string().min(1).max(255)),
    GOOGLE_AUTHORIZATION_URL: z.url({ protocol: /^https?$/ }).default("https://accounts.google.com/o/oauth2/v2/auth"),
    GOOGLE_TOKEN_URL: z.url({ protocol: /^https?$/ }).default("https://oauth2.googleapis.com/token"),
    GOOGLE_REVOCATION_URL: z.url({ protocol: /^https?$/ }).default("https://oauth2.googleapis.com/revoke"),
    TRANSFER_LEASE_SECONDS: count(60, 600),
    PUBLISHED_CHECK_SECONDS: list("15,30,60,120,300,600")
      .transform((entries) => entries.map(Number))
      .pipe(z.tuple([pause], pause))
      .transform(([first, ...others]): readonly [number, ...number[]] => [first * 1000, ...others.map((seconds) => seconds * 1000)]),
    YOUTUBE_URL: origin.default("https://www.googleapis.com"),
    ALLOWED_ORIGINS: list("*").pipe(z.array(z.union([z.literal("*"), origin])).min(1)),
  })
  .superRefine((env, context) => {
    for (const name of OUTGOING) {
      const text = env[name];
      if (text === undefined) continue;
      const url = new URL(text);
      if (url.protocol === "https:" || (env.ENVIRONMENT === "local" && LOOPBACK.has(url.hostname))) continue;
      context.addIssue({
        code: "custom",
        path: [name],
        message: "must be https (plain http only to this machine, where ENVIRONMENT is local)",
      });
    }
    if ((env.ACCESS_TEAM_DOMAIN === undefined) !== (env.ACCESS_AUDIENCE === undefined)) {
      const path = env.ACCESS_AUDIENCE === undefined ? "ACCESS_AUDIENCE" : "ACCESS_TEAM_DOMAIN";
      context.addIssue({ code: "custom", path: [path], message: "is required with the other setting of Cloudflare Access" });
    }
    if ((env.GOOGLE_CLIENT_ID === undefined) !== (env.GOOGLE_CLIENT_SECRET === undefined)) {
      const path = env.GOOGLE_CLIENT_SECRET === undefined ? "GOOGLE_CLIENT_SECRET" : "GOOGLE_CLIENT_ID";
      context.addIssue({ code: "custom", path: [path], message: "is required with the other half of the project at Google" });
    }
    if (env.COMPLETION_CALLBACK_URL !== undefined && env.CALLBACK_SECRET === undefined) {
      context.addIssue({ code: "custom", path: ["CALLBACK_SECRET"], message: "is required with COMPLETION_CALLBACK_URL" });
    }
  });

export type Config = {
  readonly environment: "local" | "test" | "production";
  readonly handleKey: string;
  readonly operatorKey: string;
  /** Where Sluice is reached from outside; null: where the request came to. */
  readonly publicOrigin: string | null;
  readonly allowedOrigins: readonly string[];
  /** Cloudflare Access in front of the operators' paths: `team` is the issuer and where its keys are. */
  readonly access: { readonly team: string; readonly audiences: readonly string[] } | null;
  readonly authenticationUrl: string | null;
  /** The newest first: it seals, all open. */
  readonly sealingKeys: readonly [SealingKey, ...SealingKey[]];
  readonly webhooks: {
    readonly maxPerCreator: number;
    /** The pauses before each attempt. */
    readonly retryMs: readonly number[];
    /** Hosts that nothing is sent to, each with everything below it. */
    readonly ownZones: readonly string[];
  };
  /** The project at Google that people connect their channels to; null: none can be connected. */
  readonly google: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly authorizationUrl: string;
    readonly tokenUrl: string;
    readonly revocationUrl: string;
  } | null;
  readonly youtubeUrl: string;
  readonly publishing: {
    /** How long whoever carries a delivery may be silent. */
    readonly leaseMs: number;
    /** The pauses between looks at what YouTube is processing; the last one repeats. */
    readonly checkMs: readonly [number, ...number[]];
  };
  readonly completion: { readonly url: string; readonly secret: string } | null;
  /** What may be asked of Google's APIs, by the project whose client this service is. */
  readonly quota: { readonly project: string; readonly limits: QuotaLimits; readonly costs: QuotaCosts };
  readonly limits: IntakeLimits;
};

/** Throws with every setting that is missing or wrong, by name; never with a value. */
export function parseConfig(env: object): Config {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`Sluice is not configured: ${problems.join("; ")}`);
  }
  const values = parsed.data;
  const { COMPLETION_CALLBACK_URL: completionUrl, CALLBACK_SECRET: secret, ACCESS_TEAM_DOMAIN: team, ACCESS_AUDIENCE: audience } = values;
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = values;
  return {
    environment: values.ENVIRONMENT,
    handleKey: values.HANDLE_KEY,
    operatorKey: values.OPERATOR_KEY,
    publicOrigin: values.PUBLIC_ORIGIN ?? null,
    allowedOrigins: values.ALLOWED_ORIGINS,
    access: team === undefined || audience === undefined ? null : { team, audiences: audience },
    authenticationUrl: values.AUTH_CALLBACK_URL ?? null,
    completion: completionUrl === undefined || secret === undefined ? null : { url: completionUrl, secret },
    google:
      clientId === undefined || clientSecret === undefined
        ? null
        : {
            clientId,
            clientSecret,
            authorizationUrl: values.GOOGLE_AUTHORIZATION_URL,
            tokenUrl: values.GOOGLE_TOKEN_URL,
            revocationUrl: values.GOOGLE_REVOCATION_URL,
          },
    youtubeUrl: values.YOUTUBE_URL,
    publishing: { leaseMs: values.TRANSFER_LEASE_SECONDS * 1000, checkMs: values.PUBLISHED_CHECK_SECONDS },
    sealingKeys: values.SEALING_KEYS,
    webhooks: {
      maxPerCreator: values.MAX_WEBHOOKS,
      retryMs: values.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1000),
      ownZones: [...(values.PUBLIC_ORIGIN === undefined ? [] : [new URL(values.PUBLIC_ORIGIN).hostname]), ...values.OWN_ZONES],
    },
    quota: { project: values.GOOGLE_PROJECT ?? "default", limits: values.QUOTA_LIMITS, costs: values.QUOTA_COSTS },
    limits: {
      maxUploadBytes: values.MAX_UPLOAD_BYTES,
      maxAppendBytes: values.MAX_APPEND_BYTES,
      ttlMs: values.UPLOAD_TTL_SECONDS * 1000,
      maxOpenUploads: values.MAX_OPEN_UPLOADS,
      maxOpenBytes: values.MAX_OPEN_BYTES,
      acceptedTypes: values.ACCEPTED_TYPES,
    },
  };
}

const parsedByEnv = new WeakMap<object, Config>();

/** The configuration of this isolate, parsed once. */
export function configOf(env: object): Config {
  const known = parsedByEnv.get(env) ?? parseConfig(env);
  parsedByEnv.set(env, known);
  return known;
}
