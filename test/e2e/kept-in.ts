import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The world itself knows its project's secret; what else is kept is Sluice's and YouTube's. */
const OF_THE_WORLD = /\/(local\.json|worker\.env|world\.sqlite[^/]*)$/;

/** What every file of a running world holds; one that goes meanwhile holds nothing. */
export const keptIn = (directory: string): { readonly path: string; readonly bytes: string }[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !OF_THE_WORLD.test(path))
    .map((path) => ({ path, bytes: existsSync(path) ? readFileSync(path, "latin1") : "" }));
