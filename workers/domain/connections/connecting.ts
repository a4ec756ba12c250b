import type { Failure } from "#domain/failures.ts";
import type { ConnectionId, CreatorId, RequestId } from "#domain/ids.ts";
import type { Result } from "#domain/result.ts";
import { beginConnecting, type BeginFailure, type BegunConsent, type ConnectingDraft } from "./begin-connecting.ts";
import { disconnect } from "./disconnect.ts";
import { finishConnecting, type FinishedConsent, type Return } from "./finish-connecting.ts";
import type { ConnectingPorts } from "./ports.ts";
import { startConsent, type StartRefusal } from "./start-consent.ts";

/** How an account at a peer comes to belong to a creator, and ceases to. */
export interface Connecting {
  begin(
    creatorId: CreatorId,
    draft: ConnectingDraft,
    idempotency: { readonly key: string; readonly fingerprint: string } | null,
  ): Promise<Result<BegunConsent, BeginFailure>>;
  start(visit: Parameters<typeof startConsent>[1]): Promise<Result<{ readonly consentUrl: string }, StartRefusal>>;
  finish(came: Return): Promise<FinishedConsent>;
  disconnect(creatorId: CreatorId, id: ConnectionId, requestId: RequestId): Promise<Result<true, Failure<"connection_not_found">>>;
}

export const connecting = (ports: ConnectingPorts): Connecting => ({
  begin: (creatorId, draft, idempotency) => beginConnecting(ports, creatorId, draft, idempotency),
  start: (visit) => startConsent(ports, visit),
  finish: (came) => finishConnecting(ports, came),
  disconnect: (creatorId, id, requestId) => disconnect(ports, creatorId, id, requestId),
});
