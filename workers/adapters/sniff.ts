import { fileTypeFromBuffer } from "file-type";
import { UNKNOWN_TYPE } from "#domain/uploads/media-types.ts";

/** What the container's magic says, under the names that `ACCEPTED_TYPES` is written in. */
const ALIASES: Readonly<Record<string, string>> = {
  "application/mp4": "video/mp4",
  "application/ogg": "video/ogg",
  "application/mxf": "video/mxf",
};

/** The media type that the first bytes show. */
export async function sniff(head: Uint8Array): Promise<string> {
  const found = await fileTypeFromBuffer(head);
  if (found === undefined) return UNKNOWN_TYPE;
  const type: string = found.mime;
  return ALIASES[type] ?? type;
}
