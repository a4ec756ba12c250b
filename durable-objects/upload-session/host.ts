import type { Log } from "#domain/log.ts";
import type { Result } from "#domain/result.ts";
import type { MachineFailure, UploadCommand, UploadState } from "./machine.ts";
import type { Rows } from "./schema.ts";
import type { SessionServices } from "./services.ts";

/** What the parts of an upload session share: its rows, its state, and the one way to change it. */
export type SessionHost = {
  readonly rows: Rows;
  readonly services: () => SessionServices;
  readonly state: () => UploadState;
  /** Its lines name the upload and the request that last came. */
  readonly log: () => Log;
  /** Load, decide, save and record the effects: one go, nothing interleaves. */
  readonly apply: (command: UploadCommand) => Result<UploadState, MachineFailure>;
};
