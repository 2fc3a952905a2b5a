import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest, requiredBlobs } from '../../oci/manifest.ts';
import type { Tag } from '../../oci/names.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { carryStatements } from '../content/carry-statements.ts';
import { storeManifest } from '../registry/store-manifest.ts';

const MAX_NESTING = 4;
const MAX_ATTACHED = 200;
const MAX_MANIFESTS = 1000;

export interface Bringing {
  readonly records: Records;
  readonly viewer: Viewer;
  readonly source: Repository;
  readonly target: Repository;
  readonly now: number;
  /** What was said of its vulnerabilities goes along, and stands in the other repository as it stood here. */
  readonly statements: boolean;
}

/**
 * Brings a manifest into another repository inside one transaction: blobs first, then the images of an index, then it,
 * then what is attached to it (referrers), so that nothing there ever names what is missing. Its tag is set last.
 */
export async function bring(how: Bringing, stored: StoredManifest, tag: Tag): Promise<void> {
  const { records, viewer, source, target, now } = how;
  if (source.id !== target.id) await bringWhole(how, stored, new Set(), 0);
  const manifest = parseManifest(stored.raw, stored.mediaType, stored.digest);
  await storeManifest(records, target, manifest, [tag], viewer, now);
}

async function bringWhole(how: Bringing, stored: StoredManifest, seen: Set<Digest>, depth: number): Promise<void> {
  const { records, viewer, source, target, now } = how;
  if (seen.has(stored.digest)) return;
  seen.add(stored.digest);
  if (depth > MAX_NESTING || seen.size > MAX_MANIFESTS)
    throw new AssayError('content-budget-exceeded', 'indexes and attachments are nested too deep, or too many');
  const manifest = parseManifest(stored.raw, stored.mediaType, stored.digest);
  for (const { digest } of requiredBlobs(manifest)) {
    const blob = await records.registry.blob(source, digest);
    if (!blob) throw new AssayError('blob-unknown', `${digest} is not in ${source.name} any more`);
    await records.registry.addBlob(blob, now);
    await records.registry.linkBlob(target, digest, now);
  }
  if (manifest.kind === 'index')
    for (const { digest } of manifest.manifests) {
      const child = await records.registry.manifest(source, { digest });
      if (child) await bringWhole(how, child, seen, depth + 1);
    }
  await storeManifest(records, target, manifest, [], viewer, now);
  const { digest: subject } = stored;
  // The server publishes the statements of each repository itself.
  const published = how.statements ? await records.vex.published(source, subject) : undefined;
  if (how.statements && manifest.kind === 'image')
    await carryStatements(records, viewer, { source, target, digest: subject }, now);
  for (const { digest } of await records.registry.referrers(source, subject, { limit: MAX_ATTACHED })) {
    if (digest === published) continue;
    const attached = await records.registry.manifest(source, { digest });
    if (attached) await bringWhole(how, attached, seen, depth + 1);
  }
}
