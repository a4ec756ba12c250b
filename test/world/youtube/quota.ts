import { nextPacificMidnight, pacificDay } from "./clock.ts";
import type { Library } from "./library.ts";
import { type Bucket, type MethodName, METHODS } from "./operations.ts";
import type { Project } from "./records.ts";

export type QuotaState = Record<Bucket, { readonly used: number; readonly limit: number }>;

/** What is left of a project's day: asked before a method runs, and charged whether or not it then is refused. */
export interface Quota {
  /** False: the bucket has not enough left, and nothing is taken. */
  charge(project: Project, method: MethodName): boolean;
  state(project: Project): QuotaState;
  resetsAt(): number;
}

export function quotaOf(library: Library, now: () => number): Quota {
  const usedIn = (project: Project, bucket: Bucket): number => {
    const entry = library.counters.get().usage[project.client_id]?.[bucket];
    return entry !== undefined && entry.day === pacificDay(now()) ? entry.used : 0;
  };
  return {
    charge(project, method) {
      const { bucket, cost } = METHODS[method];
      const used = usedIn(project, bucket) + cost;
      if (used > project.limits[bucket]) return false;
      const { usage } = library.counters.get();
      const entry = { day: pacificDay(now()), used };
      library.counters.change({ usage: { ...usage, [project.client_id]: { ...usage[project.client_id], [bucket]: entry } } });
      return true;
    },
    state(project) {
      const of = (bucket: Bucket) => ({ used: usedIn(project, bucket), limit: project.limits[bucket] });
      return { "videos.insert": of("videos.insert"), "search.list": of("search.list"), units: of("units") };
    },
    resetsAt: () => nextPacificMidnight(now()),
  };
}
