import type { UploadExchange } from "#api/dialects/exchange.ts";
import { refuseRufh, rufhAnswer } from "./answers.ts";

/** The draft, "Upload Cancellation". What a completed upload has become is no longer its to take back. */
export async function cancellation(exchange: UploadExchange): Promise<Response> {
  const found = await exchange.intake.byHandle(exchange.handle);
  if (found === null) return refuseRufh(exchange, { code: "upload_not_found" });
  const { access, session } = found;
  const cancelled = await session.cancel({ requestId: exchange.context.requestId, access, completedToo: false });
  if (!cancelled.ok) return refuseRufh(exchange, cancelled.error);
  await exchange.drain();
  return rufhAnswer(204, {});
}
