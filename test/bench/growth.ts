import { MIB } from "#domain/uploads/part-plan.ts";
import { patch, sluiceCase } from "./cases/sluice.ts";
import type { BenchOptions } from "./arguments.ts";
import { Content } from "./content.ts";
import { startSluice } from "./servers/sluice.ts";
import { fixed, quantile, table } from "./table.ts";
import { inTurns } from "./turns.ts";
import { unwatched } from "./measured.ts";

const SHOWN = 100;

/** One long upload in chunks of 1 MiB: does a chunk cost more the more there is already? */
export async function benchGrowth({ sizeBytes, budgetMs }: BenchOptions, say: (text: string) => void): Promise<void> {
  const server = await startSluice();
  try {
    const content = new Content(sizeBytes);
    content.sha256();
    const chunkMs: number[] = [];
    const subject = sluiceCase(server, content, "growth", async ({ url, agent, turn }) => {
      for (let start = 0; start < sizeBytes; start += MIB) {
        await turn(MIB);
        const startedAt = performance.now();
        await patch(agent, url, content, start, start + MIB);
        chunkMs.push(performance.now() - startedAt);
      }
    });
    await inTurns([subject], unwatched, Date.now() + budgetMs);

    // The very last one waits for the whole to be put together.
    const chunks = chunkMs.slice(0, -1);
    const step = Math.max(SHOWN, Math.floor(chunks.length / 4));
    const starts = [0, ...Array.from({ length: 3 }, (_, index) => (index + 1) * step), chunks.length - SHOWN];
    const rows = [...new Set(starts)]
      .filter((start) => start >= 0 && start + SHOWN <= chunks.length)
      .map((start) => {
        const hundred = chunks.slice(start, start + SHOWN);
        const mean = hundred.reduce((sum, ms) => sum + ms, 0) / hundred.length;
        return [
          `chunks ${start + 1} to ${start + SHOWN}`,
          ...[quantile(hundred, 0.5), quantile(hundred, 0.95), mean].map((ms) => fixed(ms, 1)),
        ];
      });
    say(
      `\n${chunkMs.length} of ${sizeBytes / MIB} chunks of 1 MiB, milliseconds a chunk\n\n${table(["", "median", "p95", "mean"], rows)}\n`,
    );
    say(`The last chunk, with completion: ${fixed(chunkMs.at(-1) ?? null, 0)} ms\n`);
  } finally {
    await server.stop();
  }
}
