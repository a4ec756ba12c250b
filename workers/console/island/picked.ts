/** By their names, because a browser knows few types of video. */
const MEDIA =
  /\.(3gp|3g2|aac|aif|aiff|asf|avi|flac|flv|m2ts|m2v|m4a|m4v|mka|mkv|mov|mp3|mp4|mpeg|mpg|mts|mxf|oga|ogg|ogv|opus|ts|vob|wav|webm|wmv)$/i;

const isMedia = ({ name, type }: File): boolean => !name.startsWith(".") && (/^(video|audio)\//.test(type) || MEDIA.test(name));

export type Picked = { readonly files: readonly File[]; readonly leftOut: number };

/** What was chosen one by one is taken as it is; of a folder only what looks like media. */
export function fromFolder(files: readonly File[]): Picked {
  const media = files.filter(isMedia);
  return { files: media, leftOut: files.length - media.length };
}

/** Files as they were dropped, folders with everything in them. Begins at once, because what was dropped is gone after the event. */
export async function dropped(transfer: DataTransfer): Promise<Picked> {
  const loose: File[] = [];
  const folders: FileSystemDirectoryEntry[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry instanceof FileSystemDirectoryEntry) folders.push(entry);
    else if (file !== null) loose.push(file);
  }
  const inFolders = fromFolder((await Promise.all(folders.map(filesUnder))).flat());
  return { files: [...loose, ...inFolders.files], leftOut: inFolders.leftOut };
}

async function filesUnder(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: File[] = [];
  for (;;) {
    // A reader tells a hundred at a time, and an empty list at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const entry of entries) {
      if (entry instanceof FileSystemDirectoryEntry) found.push(...(await filesUnder(entry)));
      else if (entry instanceof FileSystemFileEntry) found.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}
