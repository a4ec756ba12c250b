import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarios } from "#test/conformance/clients.ts";
import { serveDialects, type ServedDialects } from "./serve.ts";

describe("clients that others wrote, straight to the routes", () => {
  let served: ServedDialects;

  beforeAll(async () => {
    served = await serveDialects();
  });

  afterAll(() => served.close());

  test.for(scenarios)("$name", async ({ uploads }) => {
    expect.hasAssertions();
    await uploads(served.url, "any");
  });
});
