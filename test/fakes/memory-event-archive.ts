import { type ArchiveFile, archiveKey, type EventArchive } from "#domain/events/archive.ts";
import type { LoggedEvent } from "#domain/events/event.ts";

export function memoryEventArchive(): EventArchive {
  const kept = new Map<string, { readonly file: ArchiveFile; readonly events: readonly LoggedEvent[] }>();
  return {
    put: async (file, events) => {
      if (!kept.has(archiveKey(file))) kept.set(archiveKey(file), { file, events });
    },
    files: async (date) =>
      [...kept]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { file }]) => file)
        .filter((file) => file.date === date),
    read: async (file) => kept.get(archiveKey(file))?.events ?? [],
  };
}
