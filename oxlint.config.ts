import { fileURLToPath } from "node:url";
import { defineConfig, type OxlintOverride } from "oxlint";

/**
 * Who may import whom, as allow-lists: what is not named is refused. The last layer that matches a file is the one that holds.
 * `ARCHITECTURE.md` says it in prose, `test/canaries/` proves each row.
 */
type Layer = { files: string[]; mayImport: string[]; typesOnly?: string[] };

const SIBLINGS = "./**";
/** Every package, and of ours the domain and the tests. */
const ABROAD = ["*", "*/**", "!#*", "!#*/**", "#domain/**", "#test/**", SIBLINGS];

const layers: Layer[] = [
  // A folder without a row of its own gets only this.
  { files: ["workers/**", "durable-objects/**"], mayImport: ["#domain/**", SIBLINGS] },
  { files: ["workers/domain/**"], mayImport: ["#domain/**", SIBLINGS, "zod"] },
  { files: ["workers/config.ts"], mayImport: ["#domain/**", "zod"] },
  { files: ["workers/ground.ts"], mayImport: ["#domain/**", "#adapters/log.ts", "ulid"] },
  {
    files: ["workers/services.ts", "workers/publishing-services.ts"],
    mayImport: [
      "#domain/**",
      "#adapters/**",
      "#config",
      "#durable-objects/*/client.ts",
      "#ground",
      "#publishing-services",
      "drizzle-orm",
      "drizzle-orm/**",
      "ulid",
    ],
  },
  {
    files: ["workers/index.ts"],
    mayImport: [
      "#domain/**",
      "#api/**",
      "#adapters/**",
      "#durable-objects/**",
      "#services",
      "#publishing-services",
      "#ground",
      "#config",
      SIBLINGS,
      "cloudflare:workers",
    ],
  },
  {
    files: ["workers/api/**"],
    mayImport: ["#domain/**", "#api/**", "#console/*", SIBLINGS, "hono", "hono/**", "@hono/zod-openapi", "ulid"],
    typesOnly: ["#services", "#config"],
  },
  { files: ["workers/console/*"], mayImport: ["#domain/**", SIBLINGS, "hono/**"] },
  // Runs in browsers: nothing resolves a name there.
  { files: ["workers/console/island/**"], mayImport: [SIBLINGS] },
  { files: ["workers/api/headers/**"], mayImport: ["#domain/**", SIBLINGS, "zod", "structured-headers", "content-disposition"] },
  { files: ["workers/queue/**", "workers/cron/**"], mayImport: ["#domain/**", SIBLINGS, "zod"], typesOnly: ["#services", "#config"] },
  { files: ["workers/transfer/**"], mayImport: ["#domain/**", SIBLINGS, "zod"] },
  {
    files: ["workers/adapters/**"],
    mayImport: [
      "#domain/**",
      "#adapters/**",
      SIBLINGS,
      "drizzle-orm",
      "drizzle-orm/**",
      "zod",
      "p-retry",
      "jose",
      "ipaddr.js",
      "file-type",
      "file-type/**",
      "ipaddr.js",
      "oauth4webapi",
      "standardwebhooks",
      "ulid",
    ],
    typesOnly: ["#config"],
  },
  {
    files: ["durable-objects/*/*"],
    mayImport: [
      "#domain/**",
      SIBLINGS,
      "#services",
      "#publishing-services",
      "#config",
      "#durable-objects/sql-migrations.ts",
      "cloudflare:workers",
      "p-retry",
      "zod",
      "ulid",
    ],
  },
  {
    files: ["durable-objects/*/machine.ts", "durable-objects/*/placement.ts", "durable-objects/*/delivery-state.ts"],
    mayImport: ["#domain/**", "./placement.ts", "./delivery-state.ts"],
  },
  { files: ["durable-objects/*/client.ts"], mayImport: ["#domain/**"], typesOnly: [SIBLINGS] },
  // The peers and the measurements know Sluice from outside; what is inside would make them agree with it by construction.
  {
    files: ["test/{world,bench,e2e,conformance}/**"],
    mayImport: ABROAD,
  },
  // Equal work is the same digest.
  { files: ["test/bench/baseline/**"], mayImport: [...ABROAD, "#adapters/digests/**"] },
];

const asRegex = (pattern: string) => `^${pattern.replaceAll(".", "\\.").replaceAll("**", ".+")}$`;

function importRule({ mayImport, typesOnly = [] }: Layer) {
  const allowed = [...mayImport, ...typesOnly];
  const climbs = ["../**", "./**/../**", "#*/**/../**"];
  return {
    patterns: [
      // First, because oxlint stops at the first group that names an import as allowed.
      ...typesOnly.map((pattern) => ({
        regex: asRegex(pattern),
        allowTypeImports: true,
        message: `Here only \`import type\` from ${pattern}.`,
      })),
      // Forbids nothing by a name that begins with `#`: in a group that would be a comment.
      {
        group: ["*", ...allowed.map((pattern) => `!${pattern}`.replace(/^!!/, "")), ...climbs],
        message: `Files here may import ${allowed.join(" ")} and nothing else.`,
      },
    ],
  };
}

/** The pure rooms: time, chance and the network come in as arguments. */
const impure = [
  "Date",
  "performance",
  "fetch",
  "caches",
  "crypto",
  "console",
  "process",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "scheduler",
];
const PURE = ["workers/domain/**", "durable-objects/*/machine.ts", "durable-objects/*/placement.ts", "durable-objects/*/delivery-state.ts"];

const TESTS = ["test/**/*.test.ts"];

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "node"],
  jsPlugins: [fileURLToPath(import.meta.resolve("./scripts/lint/rules.ts"))],
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["test/canaries/**", "worker-configuration.d.ts", "dist/**"],
  categories: { correctness: "error" },
  rules: {
    eqeqeq: "error",
    "max-lines": ["error", { max: 300 }],
    "no-console": "off",
    "no-var": "error",
    "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"], location: "anywhere" }],
    "prefer-const": "error",
    "unicorn/no-useless-spread": "off",
    "unicorn/prefer-node-protocol": "error",
    "import/no-cycle": "error",
    "promise/no-multiple-resolved": "error",
    "typescript/await-thenable": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-deprecated": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-unnecessary-type-assertion": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/only-throw-error": "error",
    "typescript/prefer-promise-reject-errors": "error",
    "typescript/return-await": ["error", "in-try-catch"],
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/restrict-template-expressions": ["error", { allowAny: false, allowNullish: false, allowRegExp: false }],
    "sluice/no-double-assertion": "error",
  },
  overrides: [
    ...layers.map((layer): OxlintOverride => ({ files: layer.files, rules: { "no-restricted-imports": ["error", importRule(layer)] } })),
    { files: ["workers/**", "durable-objects/**"], rules: { "no-console": "error" } },
    { files: ["workers/adapters/log.ts"], rules: { "no-console": "off" } },
    {
      files: PURE,
      rules: {
        "no-restricted-globals": ["error", { globals: impure, checkGlobalObject: true }],
        "no-restricted-properties": ["error", { object: "Math", property: "random", message: "Randomness is an argument here." }],
      },
    },
    {
      files: ["workers/api/headers/**"],
      rules: { "no-restricted-properties": ["error", { object: "Date", property: "now", message: "The time is an argument here." }] },
    },
    // `expect.any(String)` and its kin are `any`.
    { files: ["test/**"], rules: { "typescript/no-unsafe-assignment": "off", "typescript/unbound-method": "off" } },
    {
      files: TESTS,
      plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "node", "vitest"],
      rules: {
        "max-lines": ["error", { max: 500 }],
        "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*", "assert*", "fc.assert"] }],
        "vitest/no-focused-tests": "error",
        "vitest/no-identical-title": "error",
        "vitest/valid-expect": ["error", { maxArgs: 2 }],
      },
    },
  ],
});
