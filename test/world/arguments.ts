import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { err, ok, type Result } from "#domain/result.ts";

export const REPOSITORY = resolve(import.meta.dirname, "..", "..");

export type WorldOptions = {
  /** null: 8787 when it is free, otherwise any; 0: any; else exactly this one. */
  readonly port: number | null;
  readonly stateDir: string;
  readonly config: string;
  readonly quiet: boolean;
  /** Does not become the world that `.sluice/local.json` of the repository speaks of. */
  readonly isPrivate: boolean;
  readonly vars: Readonly<Record<string, string>>;
};

export type BadArguments = { readonly code: "bad_arguments"; readonly detail: string };

export const USAGE = `npm start -- [options]

  --port N           where Sluice listens (default: 8787 when it is free; 0: any free port)
  --state DIR        what is kept from one start to the next (default: .sluice)
  --var NAME=VALUE   a variable for the Worker; may be repeated
  --config FILE      another wrangler.toml
  --private          leave the repository's .sluice/local.json alone
  --quiet            no log on the terminal (it is in DIR/worker.log)
  --help             this text
`;

/** null: help was asked for. */
export function parseArguments(args: readonly string[]): Result<WorldOptions | null, BadArguments> {
  const bad = (detail: string): Result<never, BadArguments> => err({ code: "bad_arguments", detail });
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        state: { type: "string" },
        var: { type: "string", multiple: true },
        config: { type: "string" },
        private: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (cause) {
    return bad(cause instanceof Error ? cause.message : String(cause));
  }
  if (values.help) return ok(null);
  if (values.port !== undefined && !(/^\d{1,5}$/.test(values.port) && Number(values.port) <= 65_535))
    return bad(`--port ${values.port} is not a port`);

  const vars: Record<string, string> = {};
  for (const pair of values.var ?? []) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) return bad(`--var ${pair} is not NAME=VALUE`);
    vars[name] = value;
  }
  return ok({
    port: values.port === undefined ? null : Number(values.port),
    stateDir: values.state === undefined ? join(REPOSITORY, ".sluice") : resolve(values.state),
    config: values.config === undefined ? join(REPOSITORY, "wrangler.toml") : resolve(values.config),
    quiet: values.quiet,
    isPrivate: values.private,
    vars,
  });
}
