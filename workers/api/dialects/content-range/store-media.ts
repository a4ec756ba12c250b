import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import { invalidHeader, optionalField } from "#api/headers/field.ts";
import { parseMediaType } from "#api/headers/media-type.ts";
import { abandon } from "#api/dialects/abandon.ts";
import { foundIn } from "#api/dialects/admission.ts";
import { draftOf } from "#api/dialects/draft.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { filenameFrom } from "#api/dialects/file-names.ts";
import { answerStanding, refuseRange } from "./answers.ts";
import { deliver } from "./deliver.ts";
import { readStoreRequest, type Delivery, type StoreRequestFailure } from "./store-request.ts";

/** `POST …/o?uploadType=media&name=`: the whole object in the one request that names it. A cut takes it back: nobody has its URL. */
export async function storeMedia(exchange: Exchange, metadata: UploadDraft["metadata"]): Promise<Response> {
  const wanted = readMedia(exchange, metadata);
  if (!wanted.ok) return refuseRange(exchange, wanted.error);
  const opened = await exchange.intake.open(wanted.value.draft, exchange.context, null);
  if (!opened.ok) return refuseRange(exchange, opened.error);
  const found = foundIn(opened.value);
  const progress = await deliver(exchange, found, wanted.value.delivery);
  if (progress.ok) return answerStanding(exchange, found, progress.value);
  await abandon(opened.value, exchange.context);
  return refuseRange(exchange, progress.error);
}

type Media = { readonly draft: UploadDraft; readonly delivery: Delivery };

function readMedia(exchange: Exchange, metadata: UploadDraft["metadata"]): Result<Media, StoreRequestFailure | Failure<"invalid_request">> {
  const name = exchange.url.searchParams.get("name");
  if (name === null || name === "") return err({ code: "invalid_request", detail: "uploadType=media needs a name in the query" });
  const contentType = optionalField(exchange.request.headers, "Content-Type", (text) => parseMediaType("Content-Type", text));
  if (!contentType.ok) return contentType;
  const delivery = readStoreRequest(exchange);
  if (!delivery.ok) return delivery;
  if (delivery.value.kind === "question" || !delivery.value.whole)
    return invalidHeader("Content-Range", "uploadType=media carries the whole object");
  const { length, declared } = delivery.value;
  return ok({
    draft: { ...draftOf(filenameFrom(name)), contentType: contentType.value, length, declared, metadata: { ...metadata, object: name } },
    delivery: delivery.value,
  });
}
