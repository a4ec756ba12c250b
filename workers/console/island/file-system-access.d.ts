/** What Chromium has of https://wicg.github.io/file-system-access/ beyond what every browser has; elsewhere it is not there. */
interface FileSystemHandle {
  queryPermission?(wish: { readonly mode: "read" }): Promise<PermissionState>;
  requestPermission?(wish: { readonly mode: "read" }): Promise<PermissionState>;
}

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

interface Window {
  showOpenFilePicker?(wish: { readonly multiple: boolean }): Promise<readonly FileSystemFileHandle[]>;
}
