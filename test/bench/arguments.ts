import { parseArgs } from "node:util";
import { MIB } from "#domain/uploads/part-plan.ts";
import { err, ok, type Result } from "#domain/result.ts";
import { QUANTUM_BYTES } from "./turns.ts";

const BENCHES = ["intake", "crowd", "growth", "events"] as const;

export type BenchOptions = {
  readonly bench: (typeof BENCHES)[number];
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly budgetMs: number;
  /** Only cases whose `group: name` contains one of these. */
  readonly only: readonly string[];
  /** Where CPU profiles of the Workers are written. */
  readonly profileDir: string | null;
};

export const USAGE = `npm run bench -- intake|crowd|growth|events [options]

  intake             what a byte costs on its way in, beside the bare platform, the same work without bookkeeping, and tus-node-server
  crowd              50 uploads at once, fast and slow: the memory of the isolate
  growth             4 GiB in chunks of 1 MiB: whether the last chunks take longer than the first
  events             how many events a second reach streams and webhooks, how late, and what 200 listeners cost beside one

  --size MIB         bytes per case, a multiple of ${QUANTUM_BYTES / MIB} (default: 1024; growth: 4096; events: 1 an upload)
  --quick            --size 128 --rounds 3
  --rounds N         how often every case is run (default: 1)
  --only TEXT        cases with this in their name or their group's; may be repeated
  --minutes N        when no further turn is given; what has not ended by then is reported as far as it got (default: 8)
  --profile DIR      writes a CPU profile for every case of intake
`;

const DEFAULT_MIB = { intake: 1024, crowd: 16, growth: 4096, events: 1 };

export function parseArguments(args: readonly string[]): Result<BenchOptions, string> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        size: { type: "string" },
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        only: { type: "string", multiple: true, default: [] },
        minutes: { type: "string", default: "8" },
        profile: { type: "string" },
      },
    });
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  }
  const { values, positionals } = parsed;
  const bench = BENCHES.find((name) => name === positionals[0]);
  if (bench === undefined || positionals.length > 1) return err("one bench is wanted");

  const sizeMib = Number(values.size ?? (values.quick ? 128 : DEFAULT_MIB[bench]));
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 1));
  const minutes = Number(values.minutes);
  if (!Number.isInteger(sizeMib) || sizeMib <= 0) return err("--size is a number of MiB");
  if (bench === "intake" && (sizeMib * MIB) % QUANTUM_BYTES !== 0) return err(`--size is a multiple of ${QUANTUM_BYTES / MIB}`);
  if (!Number.isInteger(rounds) || rounds <= 0) return err("--rounds is a number from 1");
  if (!(minutes > 0)) return err("--minutes is a number above 0");
  return ok({
    bench,
    sizeBytes: sizeMib * MIB,
    rounds,
    budgetMs: minutes * 60_000,
    only: values.only,
    profileDir: values.profile ?? null,
  });
}
