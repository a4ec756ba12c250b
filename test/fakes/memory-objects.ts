import type { AssetContent } from "#domain/assets/content.ts";

/** Objects by key, as far as reading, asking and deleting goes. */
export function memoryObjects() {
  const objects = new Map<string, Uint8Array>();
  const content: AssetContent = {
    open: async (key, { start, end }) => {
      const bytes = objects.get(key);
      return bytes === undefined ? null : new Blob([bytes.slice(start, end)]).stream();
    },
  };
  return { objects, content };
}
