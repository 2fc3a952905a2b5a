import { severities } from '../content/advisories/advisory.ts';
import {
  observationsOf,
  type Report,
  type ReportObservation,
  type ReportVulnerability,
  vulnerabilitiesOf,
} from './report.ts';

export interface ComparedPackage {
  readonly name: string;
  readonly type: string;
  /** Versions in the first image; none of a package that came. */
  readonly before: string[];
  /** Versions in the second; none of one that went. */
  readonly after: string[];
}

export interface ComparedFinding {
  readonly kind: string;
  readonly id: string;
  readonly severity: (typeof severities)[number];
  /** The package, or the place, that has it. */
  readonly subject: string;
  readonly version?: string;
  readonly fixedVersion?: string;
  readonly title?: string;
}

/** What a second image has otherwise than a first. */
export interface Comparison {
  readonly packages: {
    readonly added: ComparedPackage[];
    readonly removed: ComparedPackage[];
    readonly changed: ComparedPackage[];
    readonly same: number;
  };
  readonly findings: {
    readonly added: ComparedFinding[];
    readonly removed: ComparedFinding[];
    readonly same: number;
  };
}

/** Compares what two reports say. A finding is the same when its id and its package, or its place, are. Pure. */
export function compareReports(first: Report, second: Report): Comparison {
  return { packages: comparePackages(first, second), findings: compareFindings(first, second) };
}

function versionsOf({ packages }: Report): ReadonlyMap<string, Set<string>> {
  const versions = new Map<string, Set<string>>();
  for (const { type, name, version } of packages) {
    const key = `${type}\0${name}`;
    const known = versions.get(key);
    if (known) known.add(version);
    else versions.set(key, new Set([version]));
  }
  return versions;
}

function comparePackages(first: Report, second: Report): Comparison['packages'] {
  const [before, after] = [versionsOf(first), versionsOf(second)];
  const added: ComparedPackage[] = [];
  const removed: ComparedPackage[] = [];
  const changed: ComparedPackage[] = [];
  let same = 0;
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const cut = key.indexOf('\0');
    const [old, now] = [[...(before.get(key) ?? [])].sort(), [...(after.get(key) ?? [])].sort()];
    const line = { type: key.slice(0, cut), name: key.slice(cut + 1), before: old, after: now };
    if (old.length === 0) added.push(line);
    else if (now.length === 0) removed.push(line);
    else if (old.join('\0') !== now.join('\0')) changed.push(line);
    else same++;
  }
  return { added, removed, changed, same };
}

function compareFindings(first: Report, second: Report): Comparison['findings'] {
  const [before, after] = [findingsOf(first), findingsOf(second)];
  const added = [...after].filter(([key]) => !before.has(key)).map(([, each]) => each);
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, each]) => each);
  return {
    added: added.sort(worstFirst),
    removed: removed.sort(worstFirst),
    same: after.size - added.length,
  };
}

function findingsOf(report: Report): ReadonlyMap<string, ComparedFinding> {
  const found = new Map<string, ComparedFinding>();
  for (const each of vulnerabilitiesOf(report)) found.set(`${each.id}\0${each.package.name}`, lineOf(each));
  for (const each of observationsOf(report))
    found.set(
      `${each.kind}\0${each.id}\0${each.path ?? each.place}\0${each.fingerprint ?? each.line ?? ''}`,
      seenOf(each),
    );
  return found;
}

function lineOf(each: ReportVulnerability): ComparedFinding {
  return {
    kind: each.kind,
    id: each.id,
    severity: each.severity,
    subject: each.package.name,
    version: each.package.version,
    ...(each.fixedVersion !== undefined && { fixedVersion: each.fixedVersion }),
  };
}

function seenOf(each: ReportObservation): ComparedFinding {
  return { kind: each.kind, id: each.id, severity: each.severity, subject: each.path ?? each.place, title: each.title };
}

function worstFirst(a: ComparedFinding, b: ComparedFinding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    compare(a.id, b.id) ||
    compare(a.subject, b.subject)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
