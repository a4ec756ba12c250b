import { err, ok } from "#domain/result.ts";
import { admit, askRemembering } from "./admit.ts";
import { toldOfDraft, toldOfName, toldOfProgress } from "./application.ts";
import type { ConsentMemory } from "./consent.ts";
import { NAME_KEPT_MS } from "./directory.ts";
import { handleOf, parseHandle } from "./handle.ts";
import type { IntakePorts } from "./intake-ports.ts";
import type { Intake } from "./intake.ts";
import { openUpload } from "./open-upload.ts";

/** How long a request waits for an upload to be put together: less than the edge waits for an answer. */
const COMPLETION_WAIT_MS = 90_000;

/** The intake over its ports; `memory` outlives a request and dies with the isolate. */
export function intake(ports: IntakePorts, memory: ConsentMemory): Intake {
  const { application, clock, directory, secrets, sessions } = ports;
  return {
    limits: ports.limits,

    open: async (draft, context, idempotency) => {
      const exceeded = await ports.rates.exceeded("creations", context);
      if (exceeded !== null) return err(exceeded);
      const subject = { action: "open", upload: toldOfDraft(draft) } as const;
      const caller = await admit(
        ports,
        subject,
        context,
        async (question) => application?.ask(question, context.authorization) ?? ok({ creator: null }),
      );
      return caller.ok ? openUpload(ports, caller.value, draft, context, idempotency) : caller;
    },

    byHandle: async (handle) => {
      const parsed = parseHandle(handle);
      if (parsed === null) return null;
      return { id: parsed.id, access: { by: "handle", secretHash: await secrets.sha256(parsed.secret) }, session: sessions.get(parsed.id) };
    },

    byName: async (name, context) => {
      const subject = { action: "resume", upload: toldOfName(name) } as const;
      const caller = await admit(ports, subject, context, (question) =>
        askRemembering(ports, memory, `name ${name}`, async () => question, context.authorization),
      );
      if (!caller.ok) return caller;
      const { creatorId } = caller.value;
      const id = await directory.byName(creatorId, name, clock.now() - NAME_KEPT_MS);
      if (id === null) return err({ code: "upload_not_found" });
      // What was allowed by name need not be asked about again by id.
      memory.keep(await secrets.sha256(context.authorization ?? ""), id, { creator: null }, clock.now());
      return ok({ id, access: { by: "creator", creatorId }, session: sessions.get(id) });
    },

    mayResume: async (found, context) => {
      if (application === null) return ok(true);
      const about = async () => {
        const progress = await found.session.look(found.access);
        if (!progress.ok) return null;
        const { creatorId } = progress.value;
        return { action: "resume", requestId: context.requestId, creatorId, upload: toldOfProgress(progress.value) } as const;
      };
      const consent = await askRemembering(ports, memory, found.id, about, context.authorization);
      return consent.ok ? ok(true) : consent;
    },

    settle: async (found, progress, context) => {
      if (!progress.awaitsCompletion && progress.status !== "completing") return ok(progress);
      if (progress.awaitsCompletion && application !== null) {
        const question = {
          action: "complete",
          requestId: context.requestId,
          creatorId: progress.creatorId,
          upload: toldOfProgress(progress),
        } as const;
        const consent = await application.ask(question, context.authorization);
        if (!consent.ok) return consent;
      }
      return found.session.complete({ requestId: context.requestId, access: found.access, waitMs: COMPLETION_WAIT_MS });
    },

    newHandle: async (found) => {
      const { handle, secretHash } = await handleOf(secrets, found.id, secrets.random(16));
      const admitted = await found.session.admitHandle(found.access, secretHash);
      if (!admitted.ok) return admitted;
      return ok({ upload: admitted.value, handle, access: { by: "handle", secretHash }, session: found.session, replayed: false });
    },
  };
}
