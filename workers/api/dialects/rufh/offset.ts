import { admitByHandle } from "#api/dialects/admission.ts";
import type { UploadExchange } from "#api/dialects/exchange.ts";
import { settled } from "#api/dialects/settlement.ts";
import { refuseRufh, rufhAnswer, standingOf } from "./answers.ts";
import { iterationOf } from "./iteration.ts";
import { digestOf } from "./outcome.ts";
import { wantedDigests } from "./told.ts";

/** The draft, "Offset Retrieval", by HEAD or GET: from where to go on. A writer that hangs there is taken over. */
export async function offset(exchange: UploadExchange): Promise<Response> {
  const { headers } = exchange.request;
  const wanted = wantedDigests(headers);
  if (!wanted.ok) return refuseRufh(exchange, wanted.error);
  const found = await admitByHandle(exchange);
  if (!found.ok) return refuseRufh(exchange, found.error);
  const { access, session } = found.value;
  const { holds } = iterationOf(headers);
  const asked = await session.query({ requestId: exchange.context.requestId, access, length: null, declared: {}, holds });
  if (!asked.ok) return refuseRufh(exchange, asked.error);
  const progress = await settled(exchange, found.value, asked.value);
  if (!progress.ok) return refuseRufh(exchange, progress.error);
  const { length } = progress.value;
  return rufhAnswer(204, {
    ...standingOf(exchange, progress.value),
    ...(length !== null && { "Upload-Length": String(length) }),
    ...digestOf(progress.value, wanted.value),
  });
}
