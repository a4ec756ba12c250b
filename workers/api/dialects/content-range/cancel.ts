import type { Found } from "#domain/uploads/intake.ts";
import type { Exchange, NamedExchange, UploadExchange } from "#api/dialects/exchange.ts";
import { refuseRange } from "./answers.ts";

/** Google's protocol answers the DELETE of a session so: "client closed request". */
const CANCELLED = 499;

export async function cancelByHandle(exchange: UploadExchange): Promise<Response> {
  const found = await exchange.intake.byHandle(exchange.handle);
  return found === null ? refuseRange(exchange, { code: "upload_not_found" }) : cancel(exchange, found);
}

export async function cancelByName(exchange: NamedExchange): Promise<Response> {
  const found = await exchange.intake.byName(exchange.name, exchange.context);
  return found.ok ? cancel(exchange, found.value) : refuseRange(exchange, found.error);
}

async function cancel(exchange: Exchange, { access, session }: Found): Promise<Response> {
  const cancelled = await session.cancel({ requestId: exchange.context.requestId, access, completedToo: false });
  if (!cancelled.ok) return refuseRange(exchange, cancelled.error);
  await exchange.drain();
  return new Response(null, { status: CANCELLED, headers: { "Cache-Control": "no-store" } });
}
