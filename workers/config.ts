import { z } from "zod";
import type { SealingKey } from "#domain/sealer.ts";
import { MAX_UPLOAD_BYTES } from "#domain/uploads/part-plan.ts";
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
const blankIsAbsent = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

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
    OWN_ZONES: list("").pipe(z.array(hostName)),
    ALLOWED_ORIGINS: list("*").pipe(z.array(z.union([z.literal("*"), origin])).min(1)),
  })
  .superRefine((env, context) => {
    for (const name of ["ACCESS_TEAM_DOMAIN", "AUTH_CALLBACK_URL", "COMPLETION_CALLBACK_URL"] as const) {
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
  readonly completion: { readonly url: string; readonly secret: string } | null;
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
  return {
    environment: values.ENVIRONMENT,
    handleKey: values.HANDLE_KEY,
    operatorKey: values.OPERATOR_KEY,
    publicOrigin: values.PUBLIC_ORIGIN ?? null,
    allowedOrigins: values.ALLOWED_ORIGINS,
    access: team === undefined || audience === undefined ? null : { team, audiences: audience },
    authenticationUrl: values.AUTH_CALLBACK_URL ?? null,
    completion: completionUrl === undefined || secret === undefined ? null : { url: completionUrl, secret },
    sealingKeys: values.SEALING_KEYS,
    webhooks: {
      maxPerCreator: values.MAX_WEBHOOKS,
      retryMs: values.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1000),
      ownZones: [...(values.PUBLIC_ORIGIN === undefined ? [] : [new URL(values.PUBLIC_ORIGIN).hostname]), ...values.OWN_ZONES],
    },
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
