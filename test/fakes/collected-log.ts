import type { Log, LogFields } from "#domain/log.ts";

export type CollectedLine = LogFields & { readonly level: "info" | "warn" | "error"; readonly event: string };

/** A log that keeps its lines. */
export function collectedLog(lines: CollectedLine[] = [], context: LogFields = {}): Log & { readonly lines: CollectedLine[] } {
  const write =
    (level: CollectedLine["level"]) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ ...context, ...fields, level, event });
    };
  return {
    lines,
    with: (fields) => collectedLog(lines, { ...context, ...fields }),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}
