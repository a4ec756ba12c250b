import { archiveFileOf, archiveFolder, archiveKey, type EventArchive } from "#domain/events/archive.ts";
import { readArchiveLine, writeArchiveLine } from "./archive-line.ts";

/** The archive of events in R2: NDJSON that is written once. */
export function r2EventArchive(bucket: R2Bucket): EventArchive {
  return {
    put: async (file, events) => {
      const lines = events.map((event) => `${writeArchiveLine(event)}\n`).join("");
      await bucket.put(archiveKey(file), lines, {
        onlyIf: { etagDoesNotMatch: "*" },
        httpMetadata: { contentType: "application/x-ndjson" },
      });
    },

    files: async (date) => {
      const keys: string[] = [];
      for (let cursor: string | null = null, done = false; !done;) {
        const listed: R2Objects = await bucket.list({ prefix: archiveFolder(date), ...(cursor === null ? {} : { cursor }) });
        keys.push(...listed.objects.map(({ key }) => key));
        done = !listed.truncated;
        cursor = listed.truncated ? listed.cursor : null;
      }
      return keys.flatMap((key) => archiveFileOf(date, key) ?? []).toSorted((a, b) => a.log - b.log || a.stretch.after - b.stretch.after);
    },

    read: async (file) => {
      const object = await bucket.get(archiveKey(file));
      if (object === null) throw new Error(`${archiveKey(file)} is not there any more`);
      const lines = (await object.text()).split("\n");
      return lines.filter((text) => text !== "").map(readArchiveLine);
    },
  };
}
