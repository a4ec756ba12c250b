import type { Failure } from "#domain/failures.ts";
import { err, ok, type Result } from "#domain/result.ts";
import type { QueryFailure, UploadProgress } from "#domain/uploads/upload-session.ts";
import type { Assembly } from "./assembly.ts";
import type { SessionHost } from "./host.ts";
import { closed, isUnfinished } from "./machine.ts";
import { progressOf } from "./progress.ts";
import type { Schedule } from "./schedule.ts";
import { within } from "./within.ts";

export type CompletionHost = SessionHost & {
  readonly assembly: Assembly;
  readonly schedule: Schedule;
  /** Does what the outbox has. */
  readonly deliver: () => Promise<void>;
};

/** Single flight: who comes while an upload is put together waits for the same outcome. */
export class Completion {
  readonly #host: CompletionHost;
  #running: Promise<void> | null = null;

  constructor(host: CompletionHost) {
    this.#host = host;
  }

  /** Goes through with what is missing to completion, if nobody has to be waited for; where the upload stands after `waitMs` at the latest. */
  async goOn(waitMs: number): Promise<Result<UploadProgress, QueryFailure | Failure<"storage_unavailable">>> {
    const { state, log } = this.#host;
    if (this.#running === null && waitMs > 0 && isUnfinished(state())) {
      this.#running = this.#finish().finally(() => {
        this.#running = null;
      });
    }
    if (this.#running !== null && waitMs > 0) {
      const outage = await within(this.#running, waitMs);
      if (outage !== null) {
        log().warn("upload completion postponed", { cause: outage.cause });
        return err({ code: "storage_unavailable", offset: state().offset });
      }
    }
    const refusal = closed(state());
    return refusal === null ? ok(progressOf(state())) : err(refusal);
  }

  async #finish(): Promise<void> {
    const { assembly, schedule, state, log, deliver } = this.#host;
    // Whoever dies in the middle of it is woken for the rest.
    await schedule.arm();
    try {
      await assembly.run();
    } finally {
      await schedule.arm();
    }
    log().info(`upload ${state().stage.status}`);
    await deliver();
  }
}
