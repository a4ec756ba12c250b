import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Test values of what production keeps as secrets; nothing else knows them. */
const testBindings = {
  ENVIRONMENT: "test",
  HANDLE_KEY: "test-handle-key-0123456789abcdef0123456789abcdef",
  OPERATOR_KEY: "key_test_operator_0123456789abcdef",
  SEALING_KEYS: "t1:dGVzdC1zZWFsaW5nLWtleS0wMTIzNDU2Nzg5YWJjZGU=",
  CALLBACK_SECRET: "whsec_dGVzdC1jYWxsYmFjay1zZWNyZXQtMDEyMzQ1Njc4OQ==",
};

export default defineConfig({
  test: {
    // What a test writes is shown when it fails.
    silent: "passed-only",
    // One project after the other: what waits for a real clock or an eviction is not starved by the rest.
    projects: [
      {
        test: {
          name: "node",
          sequence: { groupOrder: 0 },
          execArgv: ["--expose-gc"],
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.workerd.test.ts", "test/**/*.e2e.test.ts", "test/canaries/**"],
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ...testBindings, TEST_MIGRATIONS: await readD1Migrations("./migrations") },
              // Held back until after the tests: a batch that begins as its file ends never ends.
              queueConsumers: { "sluice-jobs": { maxBatchSize: 100, maxBatchTimeout: 60 } },
            },
          })),
        ],
        test: {
          name: "workerd",
          sequence: { groupOrder: 1 },
          include: ["test/**/*.workerd.test.ts"],
          setupFiles: ["./test/workerd-setup.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 2 },
          include: ["test/{e2e,conformance}/**/*.e2e.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file has a world of its own; they wait more than they work.
          maxWorkers: 2,
        },
      },
    ],
  },
});
