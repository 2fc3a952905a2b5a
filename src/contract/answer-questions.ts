import { severities, type Severity } from '../content/advisories/advisory.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { type Answer, change, maker, proof } from './answer-trust.ts';
import { gapInWords, gapsOf } from './coverage.ts';
import { observationsOf, type Report, type ReportObservation, vulnerabilitiesOf } from './report.ts';
import type { ImageTrust } from './trust.ts';
import { questions, type TrustAnswer, type TrustReport } from './trust-report.ts';

/** What is known of an image beside its report of contents. */
export interface TrustFacts {
  readonly report: Report;
  readonly settings: NonNullable<ImageConfig['config']>;
  readonly annotations: Readonly<Record<string, string>>;
  /** What refers to it: artifact types, and `cosign-sig` and so on for the tags that cosign derives. */
  readonly attached: readonly { readonly kind: string; readonly digest: string }[];
  /** How often the tag came to name another digest; only a server knows. */
  readonly tag: { readonly name: string; readonly moves: number } | undefined;
  /** What verified trust data says of it; none where nobody looked. */
  readonly trust: ImageTrust | undefined;
  readonly pulls: number | undefined;
  /** A finding this severe or worse is a definite no. */
  readonly failOn: Severity;
}

const STATEMENTS = /cosign-att|in-toto|slsa|provenance|attestation/;

/**
 * The seven questions from the facts at hand. Trust data comes verified; attached signatures are listed and not verified,
 * so they decide nothing: the presence of a signature proves nothing. Pure.
 */
export function answerQuestions(facts: TrustFacts): TrustReport {
  const origins = { ...facts, digest: facts.report.image.digest };
  const answers = [
    origin(facts),
    maker(origins),
    proof(origins),
    change(origins),
    contents(facts),
    reach(facts),
    run(facts),
  ];
  const states = answers.map((each) => each.state);
  const { reference, digest, platform } = facts.report.image;
  return {
    schemaVersion: 1,
    image: { reference, digest, ...(platform && { platform }) },
    verdict: states.includes('no') ? 'no' : states.includes('undecided') ? 'undecided' : 'yes',
    answers: answers.map(
      (each, at): TrustAnswer => ({ number: at + 1, question: questions[at]!, ...each, evidence: [...each.evidence] }),
    ),
  };
}

function origin({ annotations, settings, attached }: TrustFacts): Answer {
  const claims = { ...settings.Labels, ...annotations };
  const told = ['source', 'revision', 'version', 'base.name', 'base.digest', 'created'].flatMap((name) => {
    const value = claims[`org.opencontainers.image.${name}`];
    return value ? [`${name}: ${value} (a claim of the image)`] : [];
  });
  const statements = attached.filter((each) => STATEMENTS.test(each.kind));
  return {
    state: 'undecided',
    statement:
      statements.length > 0
        ? 'provenance is attached, and was not verified'
        : told.length > 0
          ? 'only the image itself says so; no provenance is attached'
          : 'the image does not say, and no provenance is attached',
    evidence: [...told, ...statements.map((each) => `attached ${each.kind} ${each.digest}`)],
  };
}

function contents({ report, failOn }: TrustFacts): Answer {
  const { incomplete, advisories, distribution, packages } = report;
  const findings = vulnerabilitiesOf(report);
  const bar = severities.indexOf(failOn);
  const against = [
    ...new Map(
      findings
        .filter((each) => severities.indexOf(each.severity) <= bar || each.exploited === true)
        .map((each) => [`${each.id} ${each.package.sourceName ?? each.package.name}`, each] as const),
    ).values(),
  ];
  const known = `${distribution?.name ?? 'distribution unknown'}, ${packages.length} packages`;
  const harmful = observationsOf(report).filter(
    ({ kind, severity }) => (kind === 'secret' || kind === 'malware') && severities.indexOf(severity) <= bar,
  );
  if (against.length + harmful.length > 0)
    return {
      state: 'no',
      statement: [
        ...(against.length > 0
          ? [`${against.length} vulnerabilities are ${failOn} or worse, or known to be exploited`]
          : []),
        ...(harmful.length > 0 ? [`${harmful.length} secrets or malicious files are ${failOn} or worse`] : []),
      ].join('; '),
      evidence: [
        ...harmful.slice(0, 20).map(inWords),
        ...against
          .slice(0, 20)
          .map(
            (each) =>
              `${each.id} (${each.severity}${each.exploited ? ', exploited' : ''}) in ${each.package.sourceName ?? each.package.name} ${each.evidence.judgedVersion}: ${each.fixedVersion === undefined ? each.status : `fixed in ${each.fixedVersion}`}`,
          ),
      ],
    };
  const gaps = [
    ...(advisories.feeds.length === 0 ? ['no advisories are imported'] : []),
    ...(distribution ? [] : ['its distribution is not known']),
    ...(packages.length === 0 ? ['no packages were found'] : []),
    ...(advisories.feeds.length === 0 ? [] : gapsOf(report).map(gapInWords)),
    ...incomplete.map((each) => `not read: ${each.path ?? each.layer ?? 'a part'}: ${each.detail}`),
  ];
  if (gaps.length > 0)
    return { state: 'undecided', statement: 'not enough was read or is known', evidence: [known, ...gaps] };
  return {
    state: 'yes',
    statement: `no known vulnerability is ${failOn} or worse`,
    evidence: [known, ...advisories.feeds.map((each) => `advisories of ${each.feed}, imported ${each.importedAt}`)],
  };
}

/** `private-key (critical) in root/.ssh/id_rsa:1 of a deleted file` */
function inWords({ id, severity, place, path, line, removed }: ReportObservation): string {
  const where = [path ?? place, line].filter((each) => each !== undefined).join(':');
  return `${id} (${severity}) in ${where}${removed ? ', removed from the image but not from its layer' : ''}`;
}

function isRoot(user: string | null | undefined): boolean {
  const name = (user ?? '').split(':', 1)[0];
  return name === '' || name === 'root' || /^0+$/.test(name ?? '');
}

function reach({ settings, report }: TrustFacts): Answer {
  const ports = Object.keys(settings.ExposedPorts ?? {});
  const volumes = Object.keys(settings.Volumes ?? {});
  return {
    state: 'undecided',
    statement: 'read from its configuration only; what it does when it runs was not observed',
    evidence: [
      isRoot(settings.User) ? 'runs as root' : `runs as ${settings.User}`,
      ports.length > 0 ? `declares the ports ${ports.slice(0, 20).join(', ')}` : 'declares no ports',
      ...practicesOf(report),
      ...(volumes.length > 0 ? [`declares the volumes ${volumes.slice(0, 20).join(', ')}`] : []),
    ],
  };
}

/** What of its making widens what an intruder could do. */
function practicesOf(report: Report): string[] {
  const found = observationsOf(report).filter(
    ({ kind, id }) =>
      kind === 'practice' &&
      /^(?:setuid-program|world-writable|device-node|second-root|empty-password|relative-path|system-volume)$/.test(id),
  );
  return [...Map.groupBy(found, (each) => each.title)].map(([title, some]) => {
    const paths = some.flatMap((each) => each.path ?? each.detail ?? []);
    return `${title.toLowerCase()}: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
  });
}

function run({ settings }: TrustFacts): Answer {
  return {
    state: 'undecided',
    statement: 'no profile was made for it; these limits suit most services and were not tried with it',
    evidence: [
      '--cap-drop=ALL --security-opt=no-new-privileges --read-only --tmpfs /tmp --memory=512m --pids-limit=256',
      ...(isRoot(settings.User) ? ['--user 65532:65532, unless it must be root'] : []),
    ],
  };
}
