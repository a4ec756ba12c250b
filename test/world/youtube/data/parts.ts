import { ok, type Result } from "#domain/result.ts";
import { inQuery, type Refusal, refuse } from "#test/world/youtube/refusals.ts";

/** What is asked for by repetition or by commas. */
export const listOf = (query: URLSearchParams, name: string): string[] =>
  query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter((value) => value !== "");

/** The `part` parameter: required, and every one known. */
export function partsOf<Part extends string>(query: URLSearchParams, known: readonly Part[]): Result<ReadonlySet<Part>, Refusal> {
  const asked = listOf(query, "part");
  if (asked.length === 0) return refuse("missingRequiredParameter", "Required parameter: part", inQuery("part"));
  const parts = new Set<Part>();
  for (const name of asked) {
    const part = known.find((each) => each === name);
    if (part === undefined) return refuse("unknownPart", name, inQuery("part"));
    parts.add(part);
  }
  return ok(parts);
}

/** A resource with those of its sections that were asked for. */
export function pick<Section extends string, T extends Partial<Record<Section, unknown>>>(
  sections: T,
  parts: ReadonlySet<string>,
): Partial<T> {
  const picked: Partial<T> = {};
  for (const name in sections) if (parts.has(name)) picked[name] = sections[name];
  return picked;
}
