import * as contract from '../../../contract/harbor.ts';
import { harborReportOf, harborSbomOf } from '../../../contract/outputs/harbor.ts';
import { outputs } from '../../../contract/outputs/outputs.ts';
import { renderReport } from '../../../contract/render-report.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { AssayError } from '../../../lib/error.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { type Handled, handle } from '../call.ts';

const { harborTypes, sbomMediaTypes } = contract;
const CONSUMES = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
/** Seconds after which Harbor asks again. */
const REFRESH = 3;

const scannerOf = (version: string) => ({ name: 'Assay', vendor: 'Assay', version });

/** The types of an Accept header in its order, written as Harbor writes them (RFC 9110, section 12.5.1, without weights). */
function accepted(header: string | undefined): string[] {
  return (header ?? '').split(',').map((each) =>
    each
      .trim()
      .replace(/\s*;\s*/g, '; ')
      .replace(/; q=[\d.]+$/, ''),
  );
}

function reportType(header: string | undefined): string {
  const wanted = accepted(header);
  const known: readonly string[] = [
    harborTypes.vulnerabilities,
    harborTypes.vulnerabilitiesBefore,
    harborTypes.raw,
    harborTypes.sbom,
  ];
  const found = wanted.find((each) => known.includes(each));
  if (found !== undefined) return found;
  if (wanted.some((each) => each === '' || each === '*/*')) return harborTypes.vulnerabilities;
  throw new AssayError('not-implemented', `no report is made as ${wanted.join(', ').slice(0, 200)}`);
}

/** host[:port] of the registry; an address with a name, password or path in it is none. */
function hostOf(address: string): string {
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.pathname !== '/')
    throw new AssayError('input-invalid', 'the registry is not named by an http or https address alone');
  return url.host;
}

export const harborHandlers: readonly Handled[] = [
  handle(contract.getScannerMetadata, async ({ house, head }) => {
    head.headers['content-type'] = harborTypes.metadata;
    const newest = house.advisories.current().feeds.map((each) => each.importedAt);
    return {
      scanner: scannerOf(house.version),
      capabilities: [
        {
          type: 'vulnerability',
          consumes_mime_types: CONSUMES,
          produces_mime_types: [harborTypes.vulnerabilities, harborTypes.vulnerabilitiesBefore, harborTypes.raw],
        },
        {
          type: 'sbom',
          consumes_mime_types: CONSUMES,
          produces_mime_types: [harborTypes.sbom],
          additional_attributes: { sbom_media_types: [...sbomMediaTypes] },
        },
      ],
      properties: {
        'harbor.scanner-adapter/scanner-type': 'os-package-vulnerability',
        ...(newest.length > 0 && {
          'harbor.scanner-adapter/vulnerability-database-updated-at': toRfc3339(Math.max(...newest)),
        }),
      },
    };
  }),
  handle(contract.acceptScan, async ({ house, viewer, head, body }) => {
    const { registry, artifact } = body;
    const image = {
      host: hostOf(registry.url),
      repository: artifact.repository,
      digest: parseDigest(artifact.digest),
      authorization: registry.authorization === '' ? undefined : registry.authorization,
    };
    const { repository, digest, tag, mime_type: mimeType } = artifact;
    const id = house.scans.accept(viewer, image, { repository, digest, tag, mimeType });
    head.headers['content-type'] = harborTypes.accepted;
    return { id };
  }),
  handle(contract.getScanReport, async ({ house, viewer, head, params, query, request }) => {
    const type = reportType(request.headers.accept);
    const { subject, state } = house.scans.get(viewer, params.id);
    if (state.state === 'failed') throw new AssayError('analysis-failed', state.error.message);
    if (state.state === 'waiting') {
      head.status = 302;
      head.headers['refresh-after'] = String(REFRESH);
      return {};
    }
    const { repository, digest, tag, mimeType } = subject;
    const report = renderReport(`${repository}@${digest}`, state.report);
    head.headers['content-type'] = type;
    if (type === harborTypes.raw) return { ...report };
    const frame = {
      generatedAt: toRfc3339(state.finishedAt),
      artifact: {
        repository,
        digest,
        ...(tag !== undefined && { tag }),
        ...(mimeType !== undefined && { mime_type: mimeType }),
      },
      scanner: scannerOf(house.version),
    };
    if (type !== harborTypes.sbom) return harborReportOf(report, frame);
    const wanted = query.sbom_media_type;
    if (wanted === undefined) throw new AssayError('input-invalid', 'name a form in sbom_media_type');
    const write = wanted === 'application/spdx+json' ? outputs.spdx : outputs.cyclonedx;
    const document: unknown = JSON.parse(write(report, { tool: { name: 'assay', version: house.version } }));
    return harborSbomOf(document, wanted, frame);
  }),
];
