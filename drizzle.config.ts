import { defineConfig } from "drizzle-kit";

/** The directory's tables; a Durable Object's own are in its `schema.ts`. `npm run generate` writes the migration that a change needs. */
export default defineConfig({
  dialect: "sqlite",
  schema: "./workers/adapters/d1/schema.ts",
  out: "./migrations",
});
