import { ulid } from "ulid";
import { jsonLog } from "#adapters/log.ts";
import type { Clock } from "#domain/clock.ts";
import { idOf } from "#domain/ids.ts";

/** What every entry into the Worker has, whatever its bindings. */
export const log = jsonLog();
export const clock: Clock = { now: () => Date.now(), newId: (prefix) => idOf(prefix, ulid()) };
