import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { ApplicationFailure, Found, Opened } from "#domain/uploads/intake.ts";
import type { NamedExchange, UploadExchange } from "./exchange.ts";

export type AdmissionFailure = ApplicationFailure | Failure<"unauthorized" | "forbidden" | "upload_not_found">;

/** The upload of this handle, once the application has let its caller go on. */
export async function admitByHandle({ intake, handle, context }: UploadExchange): Promise<Result<Found, AdmissionFailure>> {
  const found = await intake.byHandle(handle);
  if (found === null) return err({ code: "upload_not_found" });
  const allowed = await intake.mayResume(found, context);
  return allowed.ok ? ok(found) : allowed;
}

/** The upload of this name, once the application has let its caller go on. */
export async function admitByName({ intake, name, context }: NamedExchange): Promise<Result<Found, AdmissionFailure>> {
  const found = await intake.byName(name, context);
  if (!found.ok) return found;
  const allowed = await intake.mayResume(found.value, context);
  return allowed.ok ? found : allowed;
}

export const foundIn = ({ upload, access, session }: Opened): Found => ({ id: upload.id, access, session });
