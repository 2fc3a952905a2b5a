import { randomUUID } from 'node:crypto';
import { principalOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { AdvisorySets } from '../../ports/advisory-sets.ts';
import type { ForeignImage, ForeignImages } from '../../ports/foreign-images.ts';
import type { InventoryCache } from '../../ports/inventory-cache.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';
import type { MalwareScanner } from '../../ports/malware-scanner.ts';
import type { ImageReport } from './report.ts';
import { imageOf, sourceReport } from './source-report.ts';

/** How long a report can be asked for, milliseconds. */
const KEPT_MS = 3_600_000;
const MAX_REQUESTS = 500;
const MAX_WAITING = 200;

/** What the asker said of the image, to be said back in the report. */
export interface ScanSubject {
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string | undefined;
  readonly mimeType?: string | undefined;
}

export type ScanState =
  | { readonly state: 'waiting' }
  | { readonly state: 'done'; readonly report: ImageReport; readonly finishedAt: number }
  | { readonly state: 'failed'; readonly error: AssayError };

interface Request {
  readonly principal: string;
  readonly subject: ScanSubject;
  readonly acceptedAt: number;
  state: ScanState;
}

export interface ScanRequestParts {
  readonly clock: Clock;
  readonly analyser: LayerAnalyser;
  readonly malware?: MalwareScanner | undefined;
  readonly advisories: AdvisorySets;
  readonly images: ForeignImages;
}

/**
 * Scans of images in other registries, asked for by their servers and fetched by those alone who asked. They live in the
 * memory of this process for an hour: a request holds a credential, and a lost one is asked for again.
 */
export class ScanRequests {
  readonly #parts: ScanRequestParts;
  readonly #requests = new Map<string, Request>();
  #waiting = 0;
  /** One image is read at a time; pushes to this registry come first. */
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ScanRequestParts) {
    this.#parts = parts;
  }

  /** Queues a scan and gives its id. Throws `address-refused`, and `too-many-requests` when too many wait. */
  accept(viewer: Viewer, image: ForeignImage, subject: ScanSubject): string {
    this.#parts.images.check(image.host);
    this.#forget();
    if (this.#waiting >= MAX_WAITING)
      throw new AssayError('too-many-requests', `${MAX_WAITING} scans are waiting`, { retryAfter: 30 });
    const id = randomUUID();
    const request: Request = {
      principal: principalOf(viewer),
      subject,
      acceptedAt: this.#parts.clock.now(),
      state: { state: 'waiting' },
    };
    this.#requests.set(id, request);
    this.#waiting++;
    this.#last = this.#last.then(() => this.#run(request, image));
    return id;
  }

  /** Throws `not-found` for an id that is not the viewer's, or no longer. */
  get(viewer: Viewer, id: string): { readonly subject: ScanSubject; readonly state: ScanState } {
    this.#forget();
    const found = this.#requests.get(id);
    if (!found || found.principal !== principalOf(viewer)) throw new AssayError('not-found', 'no such scan request');
    return found;
  }

  async #run(request: Request, image: ForeignImage): Promise<void> {
    try {
      const report = await this.#scan(image);
      request.state = { state: 'done', report, finishedAt: this.#parts.clock.now() };
    } catch (error) {
      const known = isAssayError(error)
        ? error
        : new AssayError('analysis-failed', 'the scan failed', { cause: error });
      request.state = { state: 'failed', error: known };
    } finally {
      this.#waiting--;
    }
  }

  async #scan(image: ForeignImage): Promise<ImageReport> {
    const { clock, analyser, malware, advisories, images } = this.#parts;
    await using source = await images.open(image);
    const found = await imageOf(source, { wanted: undefined, fallback: { os: 'linux', architecture: 'amd64' } });
    return sourceReport({ source, analyser, malware, advisories: advisories.current(), clock, cache: noCache }, found);
  }

  #forget(): void {
    const now = this.#parts.clock.now();
    for (const [id, { acceptedAt, state }] of this.#requests) {
      const old = now - acceptedAt > KEPT_MS && state.state !== 'waiting';
      if (old || (this.#requests.size > MAX_REQUESTS && state.state !== 'waiting')) this.#requests.delete(id);
    }
  }
}

const noCache: InventoryCache = { get: () => Promise.resolve(undefined), put: () => Promise.resolve() };
