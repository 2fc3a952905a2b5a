import { algorithmOf, hexOf } from '../../oci/digest.ts';
import { parseDigest } from '../../oci/digest.ts';
import { type Report, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { groupsOf } from './finding-text.ts';

/** An in-toto statement with the predicate `vulns/v0.2`: what a scan found in the image of this digest. */
export function vulnsAttestationOf(report: Report, tool: { version: string }): object {
  const digest = parseDigest(report.image.digest);
  const cautions = cautionsOf(report);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: report.image.reference, digest: { [algorithmOf(digest)]: hexOf(digest) } }],
    predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
    predicate: {
      scanner: {
        uri: `pkg:npm/assay@${tool.version}`,
        version: tool.version,
        db: {
          uri: `urn:assay:advisories:${report.advisories.digest}`,
          version: report.advisories.digest,
          lastUpdate: lastUpdate(report),
        },
        result: [...groupsOf(vulnerabilitiesOf(report))].map(([id, some]) => {
          const first = some[0]!;
          return {
            id,
            severity: [
              { method: first.severitySource, score: first.severity },
              ...(first.score === undefined ? [] : [{ method: 'cvss_score', score: String(first.score) }]),
            ],
            annotations: some.map((each) => ({ purl: each.package.purl, fixedVersion: each.fixedVersion ?? '' })),
          };
        }),
      },
      metadata: {
        scanStartedOn: report.analysedAt,
        scanFinishedOn: report.judgedAt,
        ...(cautions.length > 0 && { annotations: cautions.map((each) => ({ [each.kind]: cautionInWords(each) })) }),
      },
    },
  };
}

function lastUpdate({ advisories, judgedAt }: Report): string {
  return (
    advisories.feeds
      .map((each) => each.checkedAt ?? each.importedAt)
      .sort()
      .at(-1) ?? judgedAt
  );
}
