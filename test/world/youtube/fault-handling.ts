import { setTimeout as sleep } from "node:timers/promises";
import { drain } from "./body.ts";
import type { BodyFault, Call, Reply } from "./call.ts";
import type { RequestFault, YouTubeOccasion } from "./faults.ts";
import { faultError, statusOf } from "./refusals.ts";

type Occasion = YouTubeOccasion & { readonly operation: RequestFault["operation"] };

/** Runs what was asked, or lets happen what is to go wrong with it. Who does not read the body as it comes never sees a `BodyFault`. */
export async function underFault(
  call: Call,
  occasion: Occasion,
  run: (fault: BodyFault | null) => Promise<Reply | null>,
  readsAsItComes = false,
): Promise<Reply | null> {
  const { site, socket, note } = call;
  note.operation = occasion.operation;
  const fault = site.faults.takeForYouTube(occasion);
  if (fault === null || fault.operation === "processing") return run(null);
  note.fault = fault.kind;
  switch (fault.kind) {
    case "status": {
      await drain(call);
      return statusReply(fault);
    }
    case "delay":
      await sleep(fault.delay_ms);
      return run(null);
    case "lost_reply":
      await run(null);
      socket.destroy();
      return null;
    case "timeout": {
      const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      await drain(call);
      await gone;
      return null;
    }
    case "reset":
      if (readsAsItComes) return run(fault);
      socket.resetAndDestroy();
      return null;
    case "short_range":
    case "expired_session":
      return run(fault);
  }
}

function statusReply(fault: Extract<RequestFault, { kind: "status" }>): Reply {
  const status = fault.status ?? (fault.reason === undefined ? null : statusOf(fault.reason)) ?? 503;
  const headers: Record<string, string> =
    fault.retry_after_seconds === undefined ? {} : { "retry-after": String(fault.retry_after_seconds) };
  return { status, headers, json: fault.body ?? faultError(status, fault.reason).json };
}
