import { Hono } from "hono";
import type { ApiEnv } from "#api/context.ts";
import { mountRoutes } from "#api/dialects/mount-routes.ts";
import { drainBody } from "#api/drain.ts";
import { problem } from "#api/problem.ts";
import { idOf } from "#domain/ids.ts";
import { fakeIntake, type FakeIntake } from "#test/fakes/fake-intake.ts";

export const ORIGIN = "https://sluice.test";

export type Send = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
};

export type Dialects = {
  readonly intake: FakeIntake;
  readonly app: Hono<ApiEnv>;
  send(method: string, path: string, init?: Send): Promise<Response>;
};

/** The dialects over the fake intake, and how to send them a request as it comes off the wire. */
export function dialects(origin = ORIGIN): Dialects {
  const intake = fakeIntake();
  const app = new Hono<ApiEnv>();
  const requestId = idOf("req", "01k00000000000000000000000");
  app.use(async (c, next) => {
    c.set("requestId", requestId);
    c.set("origin", origin);
    await next();
  });
  mountRoutes(app, (c) => ({
    request: c.req.raw,
    url: new URL(c.req.url),
    origin,
    intake,
    context: { requestId, authorization: c.req.header("Authorization") ?? null, address: null },
    drain: () => drainBody(c.req.raw),
    problem: (failure, registered) => problem(c, failure, undefined, registered),
    now: () => intake.controls.now(),
  }));
  return {
    intake,
    app,
    async send(method, path, { headers = {}, body } = {}) {
      const announced = body instanceof Uint8Array ? { "Content-Length": String(body.byteLength) } : {};
      const init = { method, headers: { ...announced, ...headers }, ...(body !== undefined && { body, duplex: "half" as const }) };
      return app.fetch(new Request(new URL(path, origin), init));
    },
  };
}
