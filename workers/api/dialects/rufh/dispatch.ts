import { optionalField } from "#api/headers/field.ts";
import { parseMethodOverride } from "#api/headers/tus.ts";
import type { Exchange, NamedExchange, UploadExchange } from "#api/dialects/exchange.ts";
import { refuseRufh } from "./answers.ts";
import { append } from "./append.ts";
import { cancellation } from "./cancellation.ts";
import { creation, namedCreation } from "./creation.ts";
import { offset } from "./offset.ts";

type Operations<E extends Exchange> = ReadonlyMap<string, (exchange: E) => Promise<Response>>;

export const onCollection: Operations<Exchange> = new Map([
  ["POST", creation],
  ["PUT", creation],
  ["PATCH", creation],
]);

export const onName: Operations<NamedExchange> = new Map([
  ["POST", namedCreation],
  ["PUT", namedCreation],
  ["PATCH", namedCreation],
]);

export const onUpload: Operations<UploadExchange> = new Map([
  ["HEAD", offset],
  ["GET", offset],
  ["PATCH", append],
  ["DELETE", cancellation],
]);

/** The operation of the method, or of the one that `X-HTTP-Method-Override` names: tus-js-client sends it in this dialect too. */
export async function speakRufh<E extends Exchange>(exchange: E, operations: Operations<E>): Promise<Response> {
  const { method, headers } = exchange.request;
  const override = optionalField(headers, "X-HTTP-Method-Override", parseMethodOverride);
  if (!override.ok) return refuseRufh(exchange, override.error);
  const operation = operations.get(override.value ?? method);
  if (operation === undefined) return refuseRufh(exchange, { code: "method_not_allowed", allow: ["OPTIONS", ...operations.keys()] });
  return operation(exchange);
}
