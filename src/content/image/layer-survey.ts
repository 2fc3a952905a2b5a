import type { TarEntry } from '../../lib/tar.ts';
import type { FileExaminer } from '../findings/examiner.ts';
import type { LayerObservation } from '../findings/observation.ts';
import type { FileSummary, Incomplete } from '../inventory/package.ts';
import { INSIDE } from './archive-members.ts';
import { ArchiveScan } from './archive-scan.ts';
import { ContentScan } from './content-scan.ts';
import { FileBook, MAX_FILES } from './file-book.ts';
import type { FileList } from './file-list.ts';
import { FileTally } from './file-tally.ts';
import type { OwnerBook } from './owned-files.ts';

/** Folders where people change files that packages brought. */
const CHANGED = /^(?:etc|root|home|srv|opt|app|var\/www)\//;

/** What every file of a layer gives, whether an analyser wants it or not: its line in the list, its digest, what examiners see. */
export class LayerSurvey {
  readonly #tally = new FileTally();
  readonly #book = new FileBook();
  readonly #scan: ContentScan;
  readonly #archives: ArchiveScan;

  constructor(examiners: readonly FileExaminer[]) {
    this.#scan = new ContentScan(examiners);
    this.#archives = new ArchiveScan(examiners.filter((each) => each.insideArchives));
  }

  whiteout(path: string, type: 'whiteout' | 'opaque'): void {
    this.#book.whiteout(path, type);
  }

  /** Anything but a regular file. */
  entry(entry: TarEntry): void {
    this.#tally.add(entry);
    this.#book.entry(entry);
    this.#scan.entry(entry);
  }

  begin(entry: TarEntry): void {
    this.#tally.add(entry);
    this.#book.begin(entry);
    this.#scan.begin(entry);
    this.#archives.begin(entry);
  }

  data(chunk: Uint8Array): void {
    this.#book.data(chunk);
    this.#scan.data(chunk);
    this.#archives.data(chunk);
  }

  end(): void {
    this.#book.end();
    this.#scan.end();
    this.#archives.end();
  }

  get summary(): FileSummary {
    return this.#tally.summary();
  }

  list(): FileList {
    return this.#book.list();
  }

  /** What a distribution's package brings everybody has: no secret, and nothing that somebody hid. */
  observations(owners: OwnerBook): LayerObservation[] {
    return [...this.#scan.observations, ...this.#archives.observations].filter(
      ({ kind, path }) =>
        owners.ownerOf(path.split(INSIDE, 1)[0]!) === undefined || (kind === 'secret' && CHANGED.test(path)),
    );
  }

  get incomplete(): Incomplete[] {
    const found: Incomplete[] = [];
    if (this.#book.cut) found.push({ code: 'budget-exceeded', detail: `the list of files ends after ${MAX_FILES}` });
    if (this.#scan.cut) found.push({ code: 'budget-exceeded', detail: 'too many findings in the files of one layer' });
    return found;
  }
}
