import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** `.sluice/local.json`: what scripts and tests need to know of a running world. */
export const localFileSchema = z.object({
  url: z.string(),
  api_key: z.string(),
  operator_key: z.string(),
  world: z.object({
    control: z.string(),
    app: z.string(),
    access: z.string(),
    youtube: z.string(),
    /** Sluice's project at Google. */
    google: z.object({ client_id: z.string(), client_secret: z.string(), api_key: z.string() }),
  }),
});

export type LocalFile = z.infer<typeof localFileSchema>;

/** Written whole or not at all, readable by its owner alone. */
export function writeLocalFile(directory: string, local: LocalFile): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "local.json");
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}
