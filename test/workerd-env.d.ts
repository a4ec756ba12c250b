import type { D1Migration } from "cloudflare:test";

/** What only the tests bind (vitest.config.ts), beside the Worker's own environment. */
declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}
