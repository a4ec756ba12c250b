const handles = new WeakMap<File, FileSystemFileHandle>();

/** What the file was read by, if it came that way. */
export const handleOf = (file: File): FileSystemFileHandle | null => handles.get(file) ?? null;

export async function fileOf(handle: FileSystemFileHandle): Promise<File> {
  const file = await handle.getFile();
  handles.set(file, handle);
  return file;
}
