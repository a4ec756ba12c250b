import type { Failure } from "#domain/failures.ts";
import type { Result } from "#domain/result.ts";
import { publicOrigin, type ApiContext } from "#api/context.ts";

/** The host that this request came to is ours too, whatever the configuration says. */
export const checkTarget = (c: ApiContext, url: string): Result<string, Failure<"webhook_url_refused">> =>
  c.var.services.webhookTargets.check(url, [new URL(publicOrigin(c)).hostname, new URL(c.req.url).hostname]);
