import type { Found } from "#domain/uploads/intake.ts";
import type { Exchange, NamedExchange, UploadExchange } from "#api/dialects/exchange.ts";
import { standingOf } from "#api/dialects/rufh/answers.ts";
import { living } from "#api/dialects/settlement.ts";
import { refuseRange } from "./answers.ts";

/** HEAD without a dialect, for people with curl: how far it is. It disturbs nobody, a writer that hangs there neither. */
export async function lookByHandle(exchange: UploadExchange): Promise<Response> {
  const found = await exchange.intake.byHandle(exchange.handle);
  return found === null ? refuseRange(exchange, { code: "upload_not_found" }) : look(exchange, found);
}

export async function lookByName(exchange: NamedExchange): Promise<Response> {
  const found = await exchange.intake.byName(exchange.name, exchange.context);
  return found.ok ? look(exchange, found.value) : refuseRange(exchange, found.error);
}

async function look(exchange: Exchange, { access, session }: Found): Promise<Response> {
  const view = await session.look(access);
  if (!view.ok) return refuseRange(exchange, view.error);
  const progress = living(view.value);
  if (!progress.ok) return refuseRange(exchange, progress.error);
  const { length } = progress.value;
  return new Response(null, {
    status: 200,
    headers: {
      "Cache-Control": "no-store",
      ...standingOf(exchange, progress.value),
      ...(length !== null && { "Upload-Length": String(length) }),
    },
  });
}
