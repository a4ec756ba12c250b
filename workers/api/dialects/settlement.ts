import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ApplicationFailure, Found } from "#domain/uploads/intake.ts";
import type { QueryFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import type { Exchange } from "./exchange.ts";

/** Where an upload stands after this request, taken over the line when every byte is here. */
export async function settled(
  { intake, context }: Exchange,
  found: Found,
  progress: UploadProgress,
): Promise<Result<UploadProgress, ApplicationFailure | QueryFailure | Failure<"storage_unavailable">>> {
  const alive = living(progress);
  if (!alive.ok || !(progress.awaitsCompletion || progress.status === "completing")) return alive;
  const outcome = await intake.settle(found, progress, context);
  return outcome.ok ? living(outcome.value) : outcome;
}

/** An upload that has ended without an object, as the failure that it is to whoever asks for it. */
export function living(progress: UploadProgress): Result<UploadProgress, QueryFailure> {
  switch (progress.status) {
    case "receiving":
    case "completing":
    case "completed":
      return ok(progress);
    case "cancelled":
    case "expired":
      return err({ code: "upload_gone", status: progress.status });
    case "failed":
      return err(progress.failure ?? { code: "upload_failed", reason: "unknown" });
  }
}
