import { parseArguments, USAGE } from "./arguments.ts";
import { banner } from "./banner.ts";
import { startWorld } from "./world.ts";

const PARENT_POLL_MS = 500;
const IMPATIENCE_MS = 2_000;
const TAIL_LINES = 40;

const parsed = parseArguments(process.argv.slice(2));
if (!parsed.ok) fail(`${parsed.error.detail}\n\n${USAGE}`, 2);
if (parsed.value === null) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const options = parsed.value;

let stop = (): Promise<void> => Promise.resolve();
let endingSince: number | null = null;

/** Ends the process by way of an orderly stop; asked again by somebody impatient, at once. */
function end(code: number, message?: string): void {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  if (endingSince !== null) {
    if (Date.now() - endingSince > IMPATIENCE_MS) process.exit(code === 0 ? 1 : code);
    return;
  }
  endingSince = Date.now();
  stop().then(
    () => process.exit(code),
    (cause: unknown) => fail(String(cause), 1),
  );
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
process.on("uncaughtException", (cause) => end(1, cause.stack ?? String(cause)));
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent && endingSince === null) end(0);
}, PARENT_POLL_MS).unref();

if (!options.quiet) process.stdout.write("Sluice is starting…\n");

let up = false;
const newest: string[] = [];

try {
  const started = await startWorld(options, {
    say: (line) => {
      newest.push(line);
      if (newest.length > TAIL_LINES) newest.shift();
      // What wrangler says of a start that goes well is of no interest.
      if (!options.quiet && (up || /error/i.test(line))) process.stdout.write(`worker │ ${line}\n`);
    },
    onStoppable: (stopWorld) => {
      stop = stopWorld;
    },
  });
  if (!started.ok) {
    switch (started.error.code) {
      case "port_taken":
        fail(`Port ${started.error.port} is taken. Choose another with --port, or any free one with --port 0.`, 1);
        break;
      case "state_in_use":
        fail(
          `Another world uses ${started.error.directory}${ofProcess(started.error.pid)}. Stop it, or choose another directory with --state.`,
          1,
        );
    }
  } else {
    const { local, hopeless } = started.value;
    up = true;
    process.stdout.write(options.quiet ? `Sluice runs at ${local.url}\n` : banner(local, options.stateDir));
    process.send?.({ type: "ready", local });
    end(1, `Sluice ends: ${await hopeless}. The log is in ${options.stateDir}/worker.log`);
  }
} catch (cause) {
  if (endingSince === null) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    fail(`${newest.join("\n")}\n\nSluice could not start: ${reason}. The log is in ${options.stateDir}/worker.log`, 1);
  }
}

function ofProcess(pid: number | null): string {
  return pid === null ? "" : ` (process ${pid})`;
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
