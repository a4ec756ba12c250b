import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** How the local R2 keeps a multipart upload: in progress, completed, aborted. */
const IN_PROGRESS = 0;

const keys = z.array(z.object({ key: z.string() }));

/** What the bucket holds of an upload, read from the local R2's own files: its API doesn't list what is not complete. */
export function storedInR2(stateDir: string, uploadId: string): { readonly objects: number; readonly openMultiparts: number } {
  const directory = join(stateDir, "wrangler", "v3", "r2");
  const files = existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
        (name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite"),
      )
    : [];
  const found = { objects: 0, openMultiparts: 0 };
  for (const file of files) {
    const database = new DatabaseSync(join(directory, file), { readOnly: true });
    const ours = (query: string): number => keys.parse(database.prepare(query).all()).filter(({ key }) => key.includes(uploadId)).length;
    try {
      found.objects += ours("SELECT key FROM _mf_objects");
      found.openMultiparts += ours(`SELECT key FROM _mf_multipart_uploads WHERE state = ${IN_PROGRESS}`);
    } finally {
      database.close();
    }
  }
  return found;
}
