import { cvssScore } from '../../content/advisories/cvss.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from '../report.ts';
import { namedSeverity } from './harbor.ts';

type Json = Record<string, unknown>;
type Package = Report['packages'][number];

const CVSS =
  'message/vnd.clair.map.vulnerability; enricher=clair.cvss schema=https://csrc.nist.gov/schema/nvd/feed/1.1/cvss-v3.x.json';
/** One distribution an image; ids are texts of numbers, as Clair has them. */
const DISTRIBUTION = '1';

/** `IndexReport` of Clair 4: packages, the distribution, and where each package was found. */
export function clairIndexOf(report: Report): Json {
  const ids = idsOf(report.packages);
  const found: Json = {};
  const environments: Json = {};
  for (const each of report.packages) {
    const id = ids.get(keyOf(each));
    if (id === undefined) continue;
    found[id] = packageOf(each, id);
    environments[id] = [
      {
        package_db: each.path,
        introduced_in: each.layer.digest,
        distribution_id: report.distribution ? DISTRIBUTION : '',
        repository_ids: null,
      },
    ];
  }
  return {
    manifest_hash: report.image.digest,
    state: 'IndexFinished',
    packages: found,
    distributions: distributionsOf(report),
    repository: {},
    environments,
    success: true,
    err: '',
  };
}

/** `VulnerabilityReport` of Clair 4: the index with vulnerabilities by id, which of them each package has, and scores. */
export function clairReportOf(report: Report): Json {
  const { state: _state, success: _success, err: _err, ...index } = clairIndexOf(report);
  const ids = idsOf(report.packages);
  const byPlace = new Map(report.packages.map((each) => [`${each.purl}\0${each.path}`, each]));
  const vulnerabilities: Json = {};
  const scores: Json = {};
  const ofPackage = new Map<string, string[]>();
  for (const [number, each] of vulnerabilitiesOf(report).entries()) {
    const installed = byPlace.get(`${each.package.purl}\0${each.evidence.path}`);
    const owner = installed && ids.get(keyOf(installed));
    if (!installed || owner === undefined) continue;
    const id = String(number + 1);
    vulnerabilities[id] = vulnerabilityOf(each, id, installed, report);
    ofPackage.set(owner, [...(ofPackage.get(owner) ?? []), id]);
    const cvss = scoresOf(each);
    if (cvss.length > 0) scores[id] = cvss;
  }
  return {
    ...index,
    vulnerabilities,
    package_vulnerabilities: Object.fromEntries(ofPackage),
    enrichments: Object.keys(scores).length > 0 ? { [CVSS]: [scores] } : {},
  };
}

const keyOf = ({ purl, path }: Package) => `${purl}\0${path}`;

function idsOf(packages: readonly Package[]): ReadonlyMap<string, string> {
  return new Map(packages.map((each, number) => [keyOf(each), String(number + 1)]));
}

function packageOf(each: Package, id: string): Json {
  return {
    id,
    name: each.name,
    version: each.version,
    kind: 'binary',
    source: {
      id: '',
      name: each.sourceName ?? each.name,
      version: each.sourceVersion ?? each.version,
      kind: 'source',
    },
    normalized_version: '',
    module: each.module ?? '',
    arch: each.architecture ?? '',
    cpe: '',
  };
}

function distributionOf({ distribution }: Report): Json {
  if (!distribution) return {};
  return {
    id: DISTRIBUTION,
    did: distribution.id,
    name: distribution.name,
    version: distribution.version,
    version_code_name: distribution.codename ?? '',
    version_id: distribution.version,
    arch: '',
    cpe: '',
    pretty_name: distribution.name,
  };
}

function distributionsOf(report: Report): Json {
  return report.distribution ? { [DISTRIBUTION]: distributionOf(report) } : {};
}

function vulnerabilityOf(each: ReportVulnerability, id: string, installed: Package, report: Report): Json {
  return {
    id,
    updater: each.evidence.feed,
    name: each.id,
    description: each.summary ?? '',
    issued: each.publishedAt ?? '0001-01-01T00:00:00Z',
    links: each.references.join(' '),
    severity: each.severity,
    normalized_severity: namedSeverity(each.severity),
    package: {
      id: '',
      name: each.evidence.judgedName,
      version: '',
      kind: each.evidence.judgedName === installed.name ? 'binary' : 'source',
      normalized_version: '',
      module: '',
      arch: '',
      cpe: '',
    },
    distribution: distributionOf(report),
    repository: {},
    fixed_in_version: each.fixedVersion ?? '',
  };
}

/** Members of NVD's CVSS 3 objects that readers of Clair use. */
function scoresOf({ cvss }: ReportVulnerability): Json[] {
  return (cvss ?? []).flatMap((vector) => {
    const found = cvssScore(vector);
    if (!found || !found.version.startsWith('3')) return [];
    return [
      { version: found.version, vectorString: vector, baseScore: found.score, baseSeverity: severityOf(found.score) },
    ];
  });
}

/** CVSS 3.1, section 5. */
function severityOf(score: number): string {
  return score >= 9 ? 'CRITICAL' : score >= 7 ? 'HIGH' : score >= 4 ? 'MEDIUM' : score > 0 ? 'LOW' : 'NONE';
}
