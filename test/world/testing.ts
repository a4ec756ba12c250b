import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "./store.ts";

/** A state directory of a test's own. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sluice-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function storeIn(directory: string): Store {
  const opened = openStore(directory);
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

/** Waits for what another process or socket is about to do; the test's timeout is the bound. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
