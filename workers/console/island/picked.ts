import { fileOf } from "./handles.ts";

/** By their names, because a browser knows few types of video. */
const MEDIA =
  /\.(3gp|3g2|aac|aif|aiff|asf|avi|flac|flv|m2ts|m2v|m4a|m4v|mka|mkv|mov|mp3|mp4|mpeg|mpg|mts|mxf|oga|ogg|ogv|opus|ts|vob|wav|webm|wmv)$/i;

// By what they say of themselves: Chromium has no name for their classes.
const isFolder = (entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry => entry?.isDirectory === true;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

const isMedia = ({ name, type }: File): boolean => !name.startsWith(".") && (/^(video|audio)\//.test(type) || MEDIA.test(name));

export type Picked = { readonly files: readonly File[]; readonly leftOut: number };

/** What was chosen one by one is taken as it is; of a folder only what looks like media. */
export function fromFolder(files: readonly File[]): Picked {
  const media = files.filter(isMedia);
  return { files: media, leftOut: files.length - media.length };
}

/** Files as they were dropped, folders with everything in them. Begins at once, because what was dropped is gone after the event. */
export async function dropped(transfer: DataTransfer): Promise<Picked> {
  const loose: Promise<File>[] = [];
  const folders: Promise<File[]>[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (isFolder(entry)) folders.push(filesUnder(entry));
    else if (file !== null) loose.push(byHandle(item, file));
  }
  const inFolders = fromFolder((await Promise.all(folders)).flat());
  return { files: [...(await Promise.all(loose)), ...inFolders.files], leftOut: inFolders.leftOut };
}

/** The same file with a way back to it, where the browser gives one. */
async function byHandle(item: DataTransferItem, file: File): Promise<File> {
  try {
    const handle = await item.getAsFileSystemHandle?.();
    return handle instanceof FileSystemFileHandle ? await fileOf(handle) : file;
  } catch {
    return file;
  }
}

/** What somebody picks in the browser's dialog, with a way back; null where the browser can't give one and another dialog has to ask. */
export async function pickedByHandle(): Promise<Picked | null> {
  if (window.showOpenFilePicker === undefined) return null;
  try {
    const handles = await window.showOpenFilePicker({ multiple: true });
    return { files: await Promise.all(handles.map(fileOf)), leftOut: 0 };
  } catch (cause) {
    return cause instanceof DOMException && cause.name === "AbortError" ? { files: [], leftOut: 0 } : null;
  }
}

async function filesUnder(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: File[] = [];
  for (;;) {
    // A reader tells a hundred at a time, and an empty list at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const entry of entries) {
      if (isFolder(entry)) found.push(...(await filesUnder(entry)));
      else if (isFile(entry)) found.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}
