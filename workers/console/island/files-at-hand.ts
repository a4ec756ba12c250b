/** Files of open uploads that need not be chosen again, after a reload either. */
export interface FilesAtHand {
  has(uploadId: string): boolean;
  keep(uploadId: string, file: File): void;
  /** Asks for leave where the browser wants that. Null when the file can't be had: then it is kept no longer. */
  open(uploadId: string): Promise<File | null>;
  forget(uploadId: string): void;
}
