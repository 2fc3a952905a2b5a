import type { TarEntry } from '../../lib/tar.ts';
import type { FileExaminer } from '../findings/examiner.ts';
import type { LayerObservation } from '../findings/observation.ts';
import { isOpened, membersOf } from './archive-members.ts';
import { ContentScan } from './content-scan.ts';

/** Shows the members of archives to the examiners, as files of the path `archive!/member`, with memory for one archive. */
export class ArchiveScan {
  readonly #scan: ContentScan;
  #entry: TarEntry | undefined;
  #bytes: Buffer | undefined;
  #filled = 0;

  constructor(examiners: readonly FileExaminer[]) {
    this.#scan = new ContentScan(examiners);
  }

  get observations(): readonly LayerObservation[] {
    return this.#scan.observations;
  }

  begin(entry: TarEntry): void {
    this.#entry = isOpened(entry.path, entry.size) ? entry : undefined;
    this.#bytes = this.#entry && Buffer.allocUnsafe(entry.size);
    this.#filled = 0;
  }

  data(chunk: Uint8Array): void {
    if (!this.#bytes) return;
    this.#bytes.set(chunk.subarray(0, this.#bytes.length - this.#filled), this.#filled);
    this.#filled += chunk.length;
  }

  end(): void {
    if (!this.#entry || !this.#bytes) return;
    const entry = this.#entry;
    for (const { path, bytes } of membersOf(entry.path, this.#bytes)) {
      this.#scan.begin({ ...entry, path, size: bytes.length, mode: 0o644 });
      this.#scan.data(bytes);
      this.#scan.end();
    }
    this.#entry = undefined;
    this.#bytes = undefined;
  }
}
