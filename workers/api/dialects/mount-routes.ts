import type { Context, Env, Hono } from "hono";
import type { Exchange } from "./exchange.ts";
import { answerBucket, answerCollection, answerName, answerUpload, answerVideos } from "./routes.ts";

/** The paths on which uploads arrive; `exchangeOf` says what a request needs to be answered. */
export function mountRoutes<E extends Env>(app: Hono<E>, exchangeOf: (c: Context<E>) => Exchange): void {
  for (const path of ["/files", "/files/"]) app.all(path, (c) => answerCollection(exchangeOf(c)));
  app.all("/files/:handle", (c) => answerUpload({ ...exchangeOf(c), handle: c.req.param("handle") }));
  app.all("/upload/:name", (c) => answerName(exchangeOf(c)));
  app.all("/upload/storage/v1/b/:bucket/o", (c) => answerBucket(exchangeOf(c), c.req.param("bucket")));
  app.all("/upload/youtube/v3/videos", (c) => answerVideos(exchangeOf(c)));
}
