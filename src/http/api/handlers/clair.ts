import { hash } from 'node:crypto';
import type { Viewer } from '../../../access/viewer.ts';
import * as contract from '../../../contract/clair.ts';
import { clairIndexOf, clairReportOf } from '../../../contract/outputs/clair.ts';
import { renderReport } from '../../../contract/render-report.ts';
import type { Report } from '../../../contract/report.ts';
import { ANALYSER_VERSION } from '../../../content/inventory/package.ts';
import { AssayError, isAssayError } from '../../../lib/error.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { readImage } from '../../../work/content/read-image.ts';
import { storedReport } from '../../../work/content/report.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';

/** The report of an image by its digest alone, from the first repository that holds it and that the caller may pull. */
async function reportOf(house: House, viewer: Viewer, manifest: string): Promise<Report> {
  const digest = parseDigest(manifest);
  for (const { name } of await house.database.records.content.repositoriesOf(digest)) {
    const image = await readImage(
      { manifests: house.manifests, database: house.database, blobs: house.blobStore },
      viewer,
      name,
      { digest },
    ).catch((error: unknown) => {
      if (isAssayError(error, 'name-unknown', 'unauthorized', 'denied', 'manifest-unknown')) return undefined;
      throw error;
    });
    if (!image) continue;
    const report = await storedReport(house.database, house.advisories.current(), image);
    return renderReport(`${name}@${digest}`, report);
  }
  throw new AssayError('manifest-unknown', 'no image of this digest is held here, or none that is visible to you');
}

const state = () => hash('sha256', `analysers ${ANALYSER_VERSION}`, 'hex').slice(0, 32);

export const clairHandlers: readonly Handled[] = [
  handle(contract.getClairState, ({ head }) => {
    head.headers['etag'] = `"${state()}"`;
    return Promise.resolve({ state: state() });
  }),
  handle(contract.getClairIndex, async ({ house, viewer, params, head }) => {
    head.headers['etag'] = `"${state()}"`;
    return clairIndexOf(await reportOf(house, viewer, params.manifest));
  }),
  handle(contract.makeClairIndex, async ({ house, viewer, body, head }) => {
    const report = await reportOf(house, viewer, body.hash);
    head.headers['location'] = `/api/clair/indexer/api/v1/index_report/${report.image.digest}`;
    return clairIndexOf(report);
  }),
  handle(contract.getClairReport, async ({ house, viewer, params }) =>
    clairReportOf(await reportOf(house, viewer, params.manifest)),
  ),
];
