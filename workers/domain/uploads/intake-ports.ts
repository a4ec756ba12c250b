import type { Clock } from "#domain/clock.ts";
import type { Application } from "#domain/identity/application.ts";
import type { CreatorDirectory } from "#domain/identity/creators.ts";
import type { KeyDirectory } from "#domain/identity/keys.ts";
import type { Secrets } from "#domain/identity/secrets.ts";
import type { RateLimits } from "#domain/operators/rates.ts";
import type { UploadDirectory } from "./directory.ts";
import type { IntakeLimits } from "./intake.ts";
import type { UploadSessions } from "./upload-session.ts";

/** What the intake needs of the world. */
export type IntakePorts = {
  readonly keys: KeyDirectory;
  readonly creators: CreatorDirectory;
  readonly directory: UploadDirectory;
  readonly sessions: UploadSessions;
  /** Null where no authentication callback is configured. */
  readonly application: Application | null;
  readonly rates: RateLimits;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly limits: IntakeLimits;
};
