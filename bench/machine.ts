import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './table.ts';

/** What the machine can do by itself, printed beside every table: SHA-256 in MB/s and one small fsync in ms. */
export function machine(): { sha256: number; fsync: number; text: string } {
  const block = randomBytes(64 * 1024 * 1024);
  const startedAt = performance.now();
  createHash('sha256').update(block).digest();
  const sha256 = block.length / 1e6 / ((performance.now() - startedAt) / 1000);
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const file = openSync(join(folder, 'probe'), 'w');
  const times = Array.from({ length: 50 }, () => {
    writeSync(file, block, 0, 4096);
    const at = performance.now();
    fdatasyncSync(file);
    return performance.now() - at;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  const fsync = median(times);
  return {
    sha256,
    fsync,
    text: `${cpus().length} processors, SHA-256 ${sha256.toFixed(0)} MB/s, fdatasync of 4 KiB ${fsync.toFixed(2)} ms, Node ${process.versions.node}`,
  };
}
