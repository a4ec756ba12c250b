import type { UploadExchange } from "#api/dialects/exchange.ts";
import { refuseTus, tusAnswer } from "./answers.ts";
import type { Operation } from "./operations.ts";

/** tus 1.0 termination: for "completed and unfinished uploads". */
export const termination: Operation<UploadExchange> = { extensions: ["termination"], perform };

async function perform(exchange: UploadExchange): Promise<Response> {
  const found = await exchange.intake.byHandle(exchange.handle);
  if (found === null) return refuseTus(exchange, { code: "upload_not_found" });
  const { access, session } = found;
  const cancelled = await session.cancel({ requestId: exchange.context.requestId, access, completedToo: true });
  if (!cancelled.ok) return refuseTus(exchange, cancelled.error);
  await exchange.drain();
  return tusAnswer(204, {});
}
