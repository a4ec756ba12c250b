import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
let folder: string;

function checkMigrations(schema: string[]) {
  return spawnSync(process.execPath, ["scripts/check-migrations.ts", ...schema], { cwd: root, encoding: "utf8" });
}

describe("the check of the migrations", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(root, "node_modules/.schema-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("passes for the schema that is there", () => {
    expect(checkMigrations([])).toMatchObject({ status: 0, stderr: "" });
  });

  it("fails for a schema with one table more, and shows it", () => {
    const schema = join(folder, "schema.ts");
    writeFileSync(
      schema,
      `import { sqliteTable, text } from "drizzle-orm/sqlite-core";
       export * from ${JSON.stringify(join(root, "workers/adapters/d1/schema.ts"))};
       export const surplus = sqliteTable("surplus", { id: text("id").primaryKey() });`,
    );
    expect(checkMigrations([schema])).toMatchObject({ status: 1, stderr: expect.stringContaining("CREATE TABLE `surplus`") });
  });
});
