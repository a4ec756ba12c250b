import type { CreatorId, UploadId } from "#domain/ids.ts";
import { idOf, parseId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ApplicationFailure, Found, Intake, IntakeLimits, RequestContext, UploadDraft } from "#domain/uploads/intake.ts";
import { partPlan } from "#domain/uploads/part-plan.ts";
import type { PartialSource, UploadSpec } from "#domain/uploads/upload-session.ts";
import { fakeUploadSession, type FakeControls, type FakeUploadSession } from "./fake-upload-session.ts";
import { sha256Hex } from "./received-bytes.ts";

export const START_OF_TIME = Date.UTC(2026, 10, 20, 12, 0, 0);

const CREATOR = idOf("crt", "01k00000000000000000000000");

export const FAKE_LIMITS: IntakeLimits = {
  maxUploadBytes: 64 * 1024 * 1024,
  maxAppendBytes: 16 * 1024 * 1024,
  ttlMs: 6 * 24 * 60 * 60 * 1000,
  maxOpenUploads: 200,
  maxOpenBytes: Number.MAX_SAFE_INTEGER,
  acceptedTypes: ["video/*", "application/octet-stream"],
};

type Question = { readonly action: "open" | "resume" | "complete"; readonly authorization: string | null };

export type FakeIntake = Intake & {
  readonly controls: FakeControls;
  /** What the application has been asked, in order. */
  readonly asked: Question[];
  /** The application's answer to an action; null allows. */
  readonly answers: Record<Question["action"], ApplicationFailure | null>;
  /** Whether completion waits for the application. */
  asksBeforeCompletion: boolean;
  sessionOf(handle: string): FakeUploadSession;
  readonly sessions: ReadonlyMap<UploadId, FakeUploadSession>;
};

/** One creator, everything in memory, and an application that answers as it is told. */
export function fakeIntake(limits: IntakeLimits = FAKE_LIMITS): FakeIntake {
  const sessions = new Map<UploadId, FakeUploadSession>();
  const names = new Map<string, UploadId>();
  const secrets = new Map<UploadId, string>();
  const asked: Question[] = [];
  const answers: FakeIntake["answers"] = { open: null, resume: null, complete: null };
  const controls: FakeControls = {
    now: () => START_OF_TIME,
    outage: false,
    slowCompletion: false,
    sourceBytes: (id) => sessionById(id).bytes(),
  };
  let count = 0;

  const sessionById = (id: string): FakeUploadSession => {
    const parsed = parseId("upl", id);
    const session = parsed === null ? undefined : sessions.get(parsed);
    if (session === undefined) throw new Error(`the test knows no upload ${id}`);
    return session;
  };

  const ask = (action: Question["action"], { authorization }: RequestContext): Result<true, ApplicationFailure> => {
    asked.push({ action, authorization });
    const answer = answers[action];
    return answer === null ? ok(true) : err(answer);
  };

  const partialsOf = async (handles: readonly string[]): Promise<readonly PartialSource[] | null> => {
    const sources: PartialSource[] = [];
    for (const handle of handles) {
      const found = await byHandle(handle);
      if (found === null) return null;
      const view = await found.session.look(found.access);
      const source = view.ok ? await found.session.source(CREATOR) : null;
      if (source === null) return null;
      sources.push({ uploadId: found.id, size: source.size });
    }
    return sources;
  };

  const byHandle = async (handle: string): Promise<Found | null> => {
    const [text = "", secret = "", ...rest] = handle.split(".");
    const id = parseId("upl", text);
    if (id === null || secret === "" || rest.length > 0) return null;
    const session = sessions.get(id) ?? fakeUploadSession(controls);
    return { id, access: { by: "handle", secretHash: sha256Hex(secret) }, session };
  };

  const named = (name: string): FakeUploadSession | null => {
    const id = names.get(name);
    const session = id === undefined ? undefined : sessions.get(id);
    const status = session?.progress()?.status;
    return session !== undefined && (status === "receiving" || status === "completing" || status === "completed") ? session : null;
  };

  const taken = ({ name }: UploadDraft) => {
    const progress = name === null ? null : (named(name)?.progress() ?? null);
    if (progress === null) return null;
    return progress.status === "completed"
      ? ({ code: "already_exists", uploadId: progress.id } as const)
      : ({ code: "upload_in_progress", uploadId: progress.id } as const);
  };

  const fake: FakeIntake = {
    limits,
    controls,
    asked,
    answers,
    sessions,
    asksBeforeCompletion: false,
    sessionOf: (handle) => sessionById(handle.split(".")[0] ?? ""),

    async open(draft, context) {
      const allowed = ask("open", context);
      if (!allowed.ok) return allowed;
      if (draft.length !== null && draft.length > limits.maxUploadBytes) {
        return err({ code: "upload_too_large", maxBytes: limits.maxUploadBytes, receivedBytes: draft.length });
      }
      if (sessions.size >= limits.maxOpenUploads) return err({ code: "too_many_open_uploads", limit: limits.maxOpenUploads });
      const sources = await partialsOf(draft.partials);
      if (sources === null) return err({ code: "concatenation_invalid", detail: "a partial upload is not complete" });
      const clash = taken(draft);
      if (clash !== null) return err(clash);

      const id = idOf("upl", String(++count).padStart(26, "0"));
      const length = draft.kind === "final" ? sources.reduce((sum, { size }) => sum + size, 0) : draft.length;
      const spec = specOf(draft, { id, creatorId: CREATOR, sources, length, limits, asksBeforeCompletion: fake.asksBeforeCompletion });
      const session = fakeUploadSession(controls);
      sessions.set(id, session);
      secrets.set(id, `secret-${count}`);
      if (draft.name !== null) names.set(draft.name, id);
      const secretHash = sha256Hex(`secret-${count}`);
      const upload = await session.open(spec, secretHash, context.requestId);
      return ok({ upload, handle: `${id}.secret-${count}`, access: { by: "handle", secretHash }, session, replayed: false });
    },

    byHandle,

    async byName(name) {
      const session = named(name);
      const id = session?.progress()?.id;
      return session === null || id === undefined
        ? err({ code: "upload_not_found" })
        : ok({ id, access: { by: "creator", creatorId: CREATOR }, session });
    },

    async mayResume(_found, context) {
      return ask("resume", context);
    },

    async settle({ access, session }, progress, context) {
      if (!progress.awaitsCompletion && progress.status !== "completing") return ok(progress);
      const allowed = ask("complete", context);
      return allowed.ok ? session.complete({ requestId: context.requestId, access, waitMs: 0 }) : allowed;
    },

    async newHandle({ id, session, access }) {
      const view = await session.look(access);
      if (!view.ok) return view;
      const secret = `${secrets.get(id) ?? ""}-again`;
      await session.admitHandle(access, sha256Hex(secret));
      return ok({
        upload: view.value,
        handle: `${id}.${secret}`,
        access: { by: "handle", secretHash: sha256Hex(secret) },
        session,
        replayed: false,
      });
    },
  };
  return fake;
}

type Fixed = {
  readonly id: UploadId;
  readonly creatorId: CreatorId;
  readonly sources: readonly PartialSource[];
  readonly length: number | null;
  readonly limits: IntakeLimits;
  readonly asksBeforeCompletion: boolean;
};

function specOf(draft: UploadDraft, { id, creatorId, sources, length, limits, asksBeforeCompletion }: Fixed): UploadSpec {
  const maxBytes = length ?? limits.maxUploadBytes;
  return {
    id,
    creatorId,
    kind: draft.kind,
    sources,
    name: draft.name,
    filename: draft.filename,
    contentType: draft.contentType,
    length,
    maxBytes,
    plan: partPlan(maxBytes),
    declared: draft.declared,
    algorithms: ["sha256", "crc32c", ...draft.alsoCompute],
    metadata: draft.metadata,
    tusMetadata: draft.tusMetadata,
    tusConcat: draft.tusConcat,
    externalId: draft.externalId,
    atomId: draft.atomId,
    keep: draft.keep,
    acceptedTypes: limits.acceptedTypes,
    ttlMs: limits.ttlMs,
    createdAt: START_OF_TIME,
    asksBeforeCompletion,
  };
}
