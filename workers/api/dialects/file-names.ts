import { fileNameFault } from "#api/headers/upload-name.ts";

const NAMELESS = "untitled";

/** The last segment of an object's name or path, where that can be the name of a file. */
export function filenameFrom(path: string | null): string {
  const last = path?.slice(path.lastIndexOf("/") + 1) ?? "";
  return fileNameFault(last) === null ? last : NAMELESS;
}
