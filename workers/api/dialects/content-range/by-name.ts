import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { Found, OpenFailure } from "#domain/uploads/intake.ts";
import { partPlan } from "#domain/uploads/part-plan.ts";
import { parseEntityTags } from "#api/headers/conditional.ts";
import { optionalField } from "#api/headers/field.ts";
import { parseMediaType } from "#api/headers/media-type.ts";
import { admitByName, foundIn, type AdmissionFailure } from "#api/dialects/admission.ts";
import { draftOf } from "#api/dialects/draft.ts";
import type { NamedExchange } from "#api/dialects/exchange.ts";
import { answerStanding, refuseRange } from "./answers.ts";
import { ask, deliver } from "./deliver.ts";
import { readStoreRequest, type Delivery } from "./store-request.ts";

/**
 * `PUT /upload/{name}`: whoever is asking has at most one open upload of a name, and a range may be the first that is heard of it.
 * For seven days after completion a question, and a range that is stored, get the receipt.
 */
export async function storeByName(exchange: NamedExchange): Promise<Response> {
  const wanted = readStoreRequest(exchange);
  if (!wanted.ok) return refuseRange(exchange, wanted.error);
  if (wanted.value.kind === "question") {
    const found = await admitByName(exchange);
    if (!found.ok) return refuseRange(exchange, found.error);
    const progress = await ask(exchange, found.value, wanted.value);
    return progress.ok ? answerStanding(exchange, found.value, progress.value) : refuseRange(exchange, progress.error);
  }
  const found = wanted.value.whole ? await beginWhole(exchange, wanted.value) : await beginOrResume(exchange, wanted.value);
  if (!found.ok) return refuseRange(exchange, found.error);
  const progress = await deliver(exchange, found.value, wanted.value);
  return progress.ok ? answerStanding(exchange, found.value, progress.value) : refuseRange(exchange, progress.error);
}

type BeginFailure = AdmissionFailure | OpenFailure | Failure<"invalid_header" | "precondition_failed" | "range_gap">;

/** A whole file goes on with an upload of its name that is open, and is refused where one is complete. */
async function beginWhole(exchange: NamedExchange, delivery: Delivery): Promise<Result<Found, BeginFailure>> {
  const condition = optionalField(exchange.request.headers, "If-None-Match", (text) => parseEntityTags("If-None-Match", text));
  if (!condition.ok) return condition;
  const opened = await open(exchange, delivery);
  if (opened.ok) return opened;
  switch (opened.error.code) {
    case "upload_in_progress":
      return admitByName(exchange);
    case "already_exists":
      // RFC 9110 §13.1.2: any current representation fails "*".
      if (condition.value?.kind === "any") return err({ code: "precondition_failed", detail: "there is a file of this name" });
      return opened;
    default:
      return opened;
  }
}

async function beginOrResume(exchange: NamedExchange, delivery: Delivery): Promise<Result<Found, BeginFailure>> {
  const found = await admitByName(exchange);
  if (found.ok || found.error.code !== "upload_not_found") return found;
  const gap = gapBefore(delivery, exchange.intake.limits.maxUploadBytes);
  if (gap !== null) return err(gap);
  const opened = await open(exchange, delivery);
  // Another of a swarm was faster.
  const overtaken = !opened.ok && (opened.error.code === "upload_in_progress" || opened.error.code === "already_exists");
  return overtaken ? admitByName(exchange) : opened;
}

/** The first range that is heard of begins at a part's start, or there is no place for it: found out before anything is opened. */
function gapBefore({ start, length }: Delivery, maxUploadBytes: number): Failure<"range_gap"> | null {
  const { partBytes } = partPlan(length ?? maxUploadBytes);
  return start % partBytes === 0 ? null : { code: "range_gap", expected: 0, received: start, partBytes };
}

async function open(
  { request, name, intake, context }: NamedExchange,
  { length, declared }: Delivery,
): Promise<Result<Found, OpenFailure | Failure<"invalid_header">>> {
  const contentType = optionalField(request.headers, "Content-Type", (text) => parseMediaType("Content-Type", text));
  if (!contentType.ok) return contentType;
  const opened = await intake.open({ ...draftOf(name), name, contentType: contentType.value, length, declared }, context, null);
  return opened.ok ? ok(foundIn(opened.value)) : opened;
}
