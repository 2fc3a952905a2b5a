import { isAssayError } from '../../lib/error.ts';
import type { Incomplete } from '../inventory/package.ts';

const MAX_INCOMPLETE = 200;

/** What of a layer could not be read; the first two hundred, and those that speak of the layer as a whole. */
export class LayerNotes {
  readonly list: Incomplete[] = [];

  add(incomplete: Incomplete, always = false): void {
    if (always || this.list.length < MAX_INCOMPLETE) this.list.push(incomplete);
  }

  /** A file that its analyser could not read. */
  failed(analyser: string, path: string, error: unknown): void {
    const detail = isAssayError(error) ? error.message : `the ${analyser} reader failed`;
    this.add({ code: codeOf(error), path, detail });
  }
}

function codeOf(error: unknown): Incomplete['code'] {
  if (isAssayError(error, 'content-budget-exceeded')) return 'budget-exceeded';
  return isAssayError(error, 'unsupported') ? 'unsupported' : 'malformed';
}
