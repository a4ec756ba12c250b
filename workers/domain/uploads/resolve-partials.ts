import type { Failure } from "#domain/failures.ts";
import type { CreatorId } from "#domain/ids.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { parseHandle } from "./handle.ts";
import type { IntakePorts } from "./intake-ports.ts";
import type { UploadDraft } from "./intake.ts";
import type { PartialSource } from "./upload-session.ts";

type Refused = Failure<"concatenation_invalid">;

/** How many partials are asked about at once: what a Worker may have waiting. */
const AT_ONCE = 6;

/** The completed partials of a `final`, in order: each of this creator, each named by a handle that opens it. */
export async function resolvePartials(
  ports: Pick<IntakePorts, "secrets" | "sessions">,
  creatorId: CreatorId,
  draft: UploadDraft,
): Promise<Result<readonly PartialSource[], Refused>> {
  if (draft.kind !== "final") return ok([]);
  if (draft.partials.length === 0) return err({ code: "concatenation_invalid", detail: "A final upload names at least one partial." });
  const sources: PartialSource[] = [];
  for (let first = 0; first < draft.partials.length; first += AT_ONCE) {
    const resolved = await Promise.all(
      draft.partials.slice(first, first + AT_ONCE).map((handle) => resolvePartial(ports, creatorId, handle)),
    );
    for (const [index, source] of resolved.entries()) {
      if (typeof source === "string") return err({ code: "concatenation_invalid", detail: `Partial ${first + index + 1}: ${source}` });
      sources.push(source);
    }
  }
  return ok(sources);
}

async function resolvePartial(
  { secrets, sessions }: Pick<IntakePorts, "secrets" | "sessions">,
  creatorId: CreatorId,
  handle: string,
): Promise<PartialSource | string> {
  const parsed = parseHandle(handle);
  if (parsed === null) return "no such upload.";
  const view = await sessions.get(parsed.id).look({ by: "handle", secretHash: await secrets.sha256(parsed.secret) });
  if (!view.ok || view.value.creatorId !== creatorId) return "no such upload.";
  if (view.value.kind !== "partial") return "not a partial upload.";
  if (view.value.status !== "completed") return `${view.value.status}, not completed.`;
  return { uploadId: parsed.id, size: view.value.offset };
}
