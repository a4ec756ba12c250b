import { admitByHandle } from "#api/dialects/admission.ts";
import type { UploadExchange } from "#api/dialects/exchange.ts";
import { answerStanding, refuseRange } from "./answers.ts";
import { ask, deliver } from "./deliver.ts";
import { readStoreRequest } from "./store-request.ts";

/** PUT of a range, of the whole, or of a question to a session's URL. */
export async function storeByHandle(exchange: UploadExchange): Promise<Response> {
  const wanted = readStoreRequest(exchange);
  if (!wanted.ok) return refuseRange(exchange, wanted.error);
  const found = await admitByHandle(exchange);
  if (!found.ok) return refuseRange(exchange, found.error);
  const progress =
    wanted.value.kind === "question" ? await ask(exchange, found.value, wanted.value) : await deliver(exchange, found.value, wanted.value);
  return progress.ok ? answerStanding(exchange, found.value, progress.value) : refuseRange(exchange, progress.error);
}
