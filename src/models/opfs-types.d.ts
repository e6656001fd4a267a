/** Parts of the File System standard that TypeScript's DOM library does not have yet, or has for pages or workers only. */
interface FileSystemFileHandle {
  /** Gives the file another folder and name at once; Chrome 110, Firefox 111, Safari 15.2 and newer. */
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
}

interface FileSystemSyncAccessHandle {
  close(): void;
  flush(): void;
  getSize(): number;
  read(bytes: AllowSharedBufferSource, options?: { at?: number }): number;
  truncate(newSize: number): void;
  write(bytes: AllowSharedBufferSource, options?: { at?: number }): number;
}

interface StorageManager {
  persist(): Promise<boolean>;
}
