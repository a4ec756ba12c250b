/** What came from outside, read field by field: a field of another kind is absent. */
export type Fields = ReadonlyMap<string, unknown>;

export function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return new Map<string, unknown>(Object.entries(value));
}

export const fieldsIn = (fields: Fields, name: string): Fields | null => fieldsOf(fields.get(name));

export function textIn(fields: Fields, name: string): string | null {
  const value = fields.get(name);
  return typeof value === "string" ? value : null;
}

export function numberIn(fields: Fields, name: string): number | null {
  const value = fields.get(name);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export const flagIn = (fields: Fields, name: string): boolean => fields.get(name) === true;

export function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields.get(name);
  return Array.isArray(value) ? value : [];
}

export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
