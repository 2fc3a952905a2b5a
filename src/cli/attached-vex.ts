import { BUNDLE_TYPE, DSSE_TYPE, IN_TOTO_TYPE } from '../content/vex/envelope.ts';
import { readVex } from '../content/vex/read-vex.ts';
import { OPENVEX_MEDIA_TYPE } from '../content/vex/write-openvex.ts';
import type { Judgements } from '../contract/set-aside.ts';
import { isAssayError } from '../lib/error.ts';
import { type Digest, parseDigest } from '../oci/digest.ts';
import { parseManifest } from '../oci/manifest.ts';
import { parseReference } from '../oci/reference.ts';
import { collectBytes } from '../oci/verified.ts';
import type { ImageSource, RawManifest } from '../ports/image-source.ts';
import type { Invocation } from './command.ts';
import { imageAccess } from './image-report.ts';

type Attached = Judgements['vex'][number];

const MAX_VEX_BYTES = 16 * 1024 ** 2;
/** cosign's own limit, so that a registry cannot make a scan fetch without end. */
const MAX_ATTACHED = 100;
const DOCUMENTS: readonly string[] = [
  OPENVEX_MEDIA_TYPE,
  'application/vnd.csaf+json',
  'application/vnd.cyclonedx.vex+json',
];
const ENVELOPES: readonly string[] = [DSSE_TYPE, IN_TOTO_TYPE, BUNDLE_TYPE];

/**
 * VEX documents whose subject is the image: documents and attestations that refer to it, and those under the tag that
 * cosign derives from its digest. Whoever may write to the repository may have put them there.
 */
export async function attachedVex(invocation: Invocation, image: string): Promise<Attached[]> {
  const reference = parseReference(invocation.args[0] ?? '');
  const digest = parseDigest(image);
  await using source = await invocation.open.image(reference, imageAccess(invocation));
  const found: Attached[] = [];
  for await (const manifest of attachedTo(source, digest)) found.push(...(await documentsIn(source, manifest)));
  return found;
}

async function* attachedTo(source: ImageSource, digest: Digest): AsyncGenerator<RawManifest> {
  const kinds = [...DOCUMENTS, ...ENVELOPES];
  const referrers = (await source.referrers(digest)).filter((each) => kinds.includes(each.artifactType ?? ''));
  for (const each of referrers.slice(0, MAX_ATTACHED)) yield await source.manifest(each);
  const signed = await source.tagged(`${digest.replace(':', '-')}.att`);
  if (signed) yield signed;
}

async function documentsIn(source: ImageSource, { raw, mediaType, digest }: RawManifest): Promise<Attached[]> {
  const parsed = parseManifest(raw, mediaType, digest);
  if (parsed.kind !== 'image') return [];
  const found: Attached[] = [];
  for (const layer of parsed.layers.slice(0, MAX_ATTACHED)) {
    const inEnvelope = ENVELOPES.includes(layer.mediaType);
    if (!inEnvelope && !DOCUMENTS.includes(layer.mediaType)) continue;
    const bytes = await collectBytes(source.blob(layer), MAX_VEX_BYTES, 'the VEX document');
    const name = `attached ${digest}`;
    try {
      found.push({ source: name, statements: readVex(bytes, name) });
    } catch (error) {
      // An envelope may hold an attestation of another kind: a bill of materials, or provenance.
      if (!inEnvelope || !isAssayError(error, 'content-malformed')) throw error;
    }
  }
  return found;
}
