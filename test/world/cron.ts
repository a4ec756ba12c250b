import { Cron } from "croner";
import { z } from "zod";

/** Longest delay of a timer (2^31 - 1 ms), with room. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** The next time of a cron trigger as Cloudflare reads it: UTC, five fields, weekdays from 1 (Sunday) to 7 (Saturday). */
export function nextTime(cron: string, after: Date): Date | null {
  return new Cron(cron, { timezone: "UTC", mode: "5-part", alternativeWeekdays: true }).nextRun(after);
}

/** How the Worker took a trigger: 200 and `ok`, or 500 and what happened. */
export const firingSchema = z.object({ cron: z.string(), status: z.int(), outcome: z.string() });
export type Firing = z.infer<typeof firingSchema>;

/** Fires a trigger as if it were `at`; null while there is no Worker. */
export type Trigger = (cron: string, at: Date) => Promise<Firing | null>;

export function workerTrigger(workerPort: () => number | null): Trigger {
  return async (cron, at) => {
    const port = workerPort();
    if (port === null) return null;
    const query = new URLSearchParams({ cron, time: String(at.getTime()) });
    const reply = await fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled?${query.toString()}`);
    return { cron, status: reply.status, outcome: (await reply.text()).trim() };
  };
}

export type CronOptions = {
  readonly crons: readonly string[];
  readonly trigger: Trigger;
  readonly onLine: (line: string) => void;
};

/** The timer that Cloudflare has and `wrangler dev` has not: fires the triggers at their times. */
export interface CronTimer {
  readonly crons: readonly string[];
  start(): void;
  /** Fires one trigger now; null while there is no Worker. */
  fire(cron: string): Promise<Firing | null>;
  stop(): void;
}

export function createCronTimer({ crons, trigger, onLine }: CronOptions): CronTimer {
  const timers = new Map<string, NodeJS.Timeout>();

  const arm = (cron: string, after: Date): void => {
    const at = nextTime(cron, after);
    if (at === null) return;
    const wait = at.getTime() - Date.now();
    const timer = setTimeout(
      () => {
        if (wait > LONGEST_WAIT_MS) return arm(cron, after);
        arm(cron, at);
        trigger(cron, at).then(
          (firing) => onLine(`cron ${cron}: ${firing === null ? "skipped, no Worker" : firing.outcome}`),
          (cause: unknown) => onLine(`cron ${cron}: ${String(cause)}`),
        );
      },
      Math.min(Math.max(wait, 0), LONGEST_WAIT_MS),
    );
    timers.set(cron, timer);
  };

  return {
    crons,
    start() {
      for (const cron of crons) arm(cron, new Date());
    },
    fire: (cron) => trigger(cron, new Date()),
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
