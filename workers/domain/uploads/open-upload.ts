import type { Caller } from "#domain/identity/caller.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { UploadId } from "#domain/ids.ts";
import type { DigestAlgorithm } from "./digests.ts";
import type { Idempotency, Opened, OpenFailure, RequestContext, UploadDraft } from "./intake.ts";
import type { IntakePorts } from "./intake-ports.ts";
import { handleOf } from "./handle.ts";
import { partPlan } from "./part-plan.ts";
import { resolvePartials } from "./resolve-partials.ts";
import type { PartialSource, UploadProgress, UploadSession, UploadSpec } from "./upload-session.ts";

const DAY_MS = 24 * 60 * 60_000;

/** Reserves room in the directory, then opens the session: what dies between the two is healed by the same key, or swept. */
export async function openUpload(
  ports: IntakePorts,
  caller: Caller,
  draft: UploadDraft,
  context: RequestContext,
  idempotency: Idempotency | null,
): Promise<Result<Opened, OpenFailure>> {
  const { limits, clock, secrets, directory, sessions } = ports;
  const sources = await resolvePartials(ports, caller.creatorId, draft);
  if (!sources.ok) return sources;
  const length = draft.kind === "final" ? sources.value.reduce((sum, source) => sum + source.size, 0) : draft.length;
  if (length !== null && length > limits.maxUploadBytes)
    return err({ code: "upload_too_large", maxBytes: limits.maxUploadBytes, receivedBytes: length });

  const now = clock.now();
  const { creatorId } = caller;
  const { kind, name, filename, contentType, externalId, atomId } = draft;
  const reserved = await directory.reserve(
    {
      id: clock.newId("upl"),
      creatorId,
      kind,
      name,
      filename,
      contentType,
      length,
      externalId,
      atomId,
      now,
      expiresAt: now + limits.ttlMs,
    },
    {
      maxOpenUploads: limits.maxOpenUploads,
      maxOpenBytes: limits.maxOpenBytes,
      idempotency: idempotency && {
        scopeHash: await secrets.sha256(`open-upload\n${idempotency.key}`),
        fingerprint: idempotency.fingerprint,
        expiresAt: now + DAY_MS,
      },
    },
  );
  if (!reserved.ok) return reserved;

  const { id, replayed } = reserved.value;
  const { handle, secretHash } = await handleOf(secrets, id, "0");
  const session = sessions.get(id);
  const access = { by: "handle", secretHash } as const;
  const upload = replayed ? await openedBefore(session, caller, secretHash) : null;
  if (upload !== null) return ok({ upload, handle, access, session, replayed: true });
  const spec = specOf(ports, caller, { ...draft, length }, sources.value, { id, now });
  return ok({ upload: await session.open(spec, secretHash, context.requestId), handle, access, session, replayed });
}

/** What the first request opened; its handle is let in again, in case the key that handles are made with has changed since. */
async function openedBefore(session: UploadSession, { creatorId }: Caller, secretHash: string): Promise<UploadProgress | null> {
  const access = { by: "creator", creatorId } as const;
  const admitted = await session.admitHandle(access, secretHash);
  const upload = admitted.ok ? admitted : await session.look(access);
  return upload.ok ? upload.value : null;
}

function specOf(
  { limits, application }: IntakePorts,
  { creatorId }: Caller,
  draft: UploadDraft,
  sources: readonly PartialSource[],
  { id, now }: { id: UploadId; now: number },
): UploadSpec {
  const maxBytes = draft.length ?? limits.maxUploadBytes;
  const becomesAsset = draft.kind !== "partial";
  return {
    id,
    creatorId,
    kind: draft.kind,
    sources,
    name: draft.name,
    filename: draft.filename,
    contentType: draft.contentType,
    length: draft.length,
    maxBytes,
    plan: partPlan(maxBytes),
    declared: draft.declared,
    algorithms: algorithmsFor(draft),
    metadata: draft.metadata,
    tusMetadata: draft.tusMetadata,
    tusConcat: draft.tusConcat,
    externalId: draft.externalId,
    atomId: draft.atomId,
    keep: draft.keep,
    acceptedTypes: becomesAsset ? limits.acceptedTypes : ["*/*"],
    ttlMs: limits.ttlMs,
    createdAt: now,
    asksBeforeCompletion: becomesAsset && application !== null,
  };
}

function algorithmsFor({ declared, alsoCompute }: UploadDraft): readonly DigestAlgorithm[] {
  const wanted = new Set<DigestAlgorithm>(["sha256", "crc32c", ...alsoCompute]);
  if (declared.blake3 !== undefined) wanted.add("blake3");
  if (declared.md5 !== undefined) wanted.add("md5");
  return [...wanted];
}
