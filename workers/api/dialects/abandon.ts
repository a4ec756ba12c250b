import type { Failure, FailureCode } from "#domain/failures.ts";
import type { Opened, RequestContext } from "#domain/uploads/intake.ts";

/** The body did not get here whole, and what did is kept: the sender goes on from there. */
const INTERRUPTIONS = new Set<FailureCode>(["storage_unavailable", "superseded", "body_cut"]);

export const isInterruption = (failure: Failure): boolean => INTERRUPTIONS.has(failure.code);

/** An upload that was opened by a request which is then refused, and which nobody else knows of. */
export async function abandon({ session, access }: Opened, { requestId }: RequestContext): Promise<void> {
  await session.cancel({ requestId, access, completedToo: false });
}
