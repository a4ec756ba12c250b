import { optionalField } from "#api/headers/field.ts";
import { checkTusVersion, parseMethodOverride } from "#api/headers/tus.ts";
import type { Exchange } from "#api/dialects/exchange.ts";
import { refuseTus } from "./answers.ts";
import type { Operations } from "./operations.ts";

/** tus 1.0: the version before anything else, then the method that `X-HTTP-Method-Override` or the request names. */
export async function speakTus<E extends Exchange>(exchange: E, operations: Operations<E>): Promise<Response> {
  const { method, headers } = exchange.request;
  const version = checkTusVersion(headers.get("Tus-Resumable"));
  if (!version.ok) return refuseTus(exchange, version.error);
  const override = optionalField(headers, "X-HTTP-Method-Override", parseMethodOverride);
  if (!override.ok) return refuseTus(exchange, override.error);
  const operation = new Map(Object.entries(operations)).get(override.value ?? method);
  if (operation === undefined) return refuseTus(exchange, { code: "method_not_allowed", allow: ["OPTIONS", ...Object.keys(operations)] });
  return operation.perform(exchange);
}
