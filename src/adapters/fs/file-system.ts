import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';

/** An open file or directory, as much of it as the blob store needs. */
export interface OpenFile {
  stat(): Promise<{ readonly size: number }>;
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  writev(chunks: readonly Uint8Array[]): Promise<{ readonly bytesWritten: number }>;
  /** fdatasync(2) */
  datasync(): Promise<void>;
  /** fsync(2); on a directory it makes the names in it durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The calls of the operating system under the blob store; tests put a disk below that forgets what was not synced. */
export interface FileSystem {
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<{ readonly size: number; readonly mtimeMs: number; readonly ctimeMs: number }>;
}

export const nodeFiles: FileSystem = { open, rename, unlink, mkdir, readdir: (path) => readdir(path), stat };
