import { AssayError } from '../../lib/error.ts';
import { type Interval, intersect } from './version-intervals.ts';
import { type VersionScheme, versionOrders } from './version-order.ts';

const MAX_LENGTH = 4000;
const MAX_PARTS = 200;

/** Which package manager wrote a constraint. */
export type ConstraintSyntax = 'gem' | 'npm' | 'cargo';

const SCHEME: Readonly<Record<ConstraintSyntax, VersionScheme>> = { gem: 'gem', npm: 'semver', cargo: 'semver' };

/**
 * The versions that a constraint admits, as runs: RubyGems' `~> 1.4, != 1.4.2`, Cargo's `>= 1.2, < 2` and `^1.2`, npm's
 * `1.x || >=2.5.0 <=3`. Pre-releases are ordered like any version. Throws `content-malformed` for what is none.
 */
export function intervalsOf(constraint: string, syntax: ConstraintSyntax): Interval[] {
  if (constraint.length > MAX_LENGTH) throw malformed(constraint);
  const compare = versionOrders[SCHEME[syntax]];
  const found: Interval[] = [];
  for (const alternative of syntax === 'npm' ? constraint.split('||') : [constraint]) {
    let runs: Interval[] = [{}];
    for (const part of partsOf(alternative, syntax)) {
      const admitted = runsOf(part, syntax);
      runs = runs.flatMap((run) =>
        admitted.map((each) => intersect(run, each, compare)).filter((each) => each !== undefined),
      );
      if (runs.length > MAX_PARTS) throw malformed(constraint);
    }
    found.push(...runs);
  }
  return found;
}

function malformed(constraint: string): AssayError {
  return new AssayError('content-malformed', `this is no constraint on versions: ${constraint.slice(0, 100)}`);
}

interface Part {
  readonly operator: string;
  readonly version: string;
  readonly to?: string;
}

const OPERATOR = /^(?:[<>]=?|!=|==?|~>?|\^)/;

function partsOf(text: string, syntax: ConstraintSyntax): Part[] {
  const range = syntax === 'npm' ? /^\s*(\S{1,200})\s+-\s+(\S{1,200})\s*$/.exec(text) : null;
  if (range) return [{ operator: '-', version: range[1]!, to: range[2]! }];
  const words = text
    .replaceAll(',', ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const parts: Part[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const operator = OPERATOR.exec(word)?.[0] ?? '';
    // The operator may stand apart from its version.
    const version = word.slice(operator.length) || (words[++at] ?? '');
    if (version === '' || OPERATOR.test(version)) throw malformed(text);
    parts.push({ operator, version: version.replace(/^v(?=\d)/, '') });
  }
  if (parts.length > MAX_PARTS) throw malformed(text);
  return parts;
}

function runsOf(part: Part, syntax: ConstraintSyntax): Interval[] {
  const { version } = part;
  if (syntax === 'gem') {
    if (!/^\d[\w.-]*$/.test(version)) throw malformed(version);
    return gemRuns(part);
  }
  const known = numbersOf(version);
  if (!known) throw malformed(version);
  const full = isFull(version);
  switch (part.operator) {
    case '-':
      return [{ from: at(lowest(known, version)), ...(part.to !== undefined && upper(part.to)) }];
    case '^':
      if (known.length === 0) return [{}];
      return [{ from: at(lowest(known, version)), to: below(caret(known)) }];
    case '~':
    case '~>':
      return [{ from: at(lowest(known, version)), to: below(bump(known, Math.min(known.length, 2) - 1)) }];
    case '':
      if (syntax === 'cargo') return [{ from: at(lowest(known, version)), to: below(caret(known)) }];
      return same(version, known, full);
    case '=':
    case '==':
      return same(version, known, full);
    default:
      return compared(part, known, full);
  }
}

function compared({ operator, version }: Part, known: readonly string[], full: boolean): Interval[] {
  const first = lowest(known, version);
  switch (operator) {
    case '>':
      return [{ from: full ? { version: first, inclusive: false } : at(bump(known, known.length - 1)) }];
    case '>=':
      return [{ from: at(first) }];
    case '<':
      return [{ to: below(first) }];
    case '<=':
      return [{ to: full ? { version: first, inclusive: true } : below(bump(known, known.length - 1)) }];
    default:
      return [{ to: below(first) }, { from: { version: first, inclusive: false } }];
  }
}

function same(version: string, known: readonly string[], full: boolean): Interval[] {
  const first = lowest(known, version);
  if (full) return [{ from: at(first), to: { version: first, inclusive: true } }];
  return known.length === 0 ? [{}] : [{ from: at(first), to: below(bump(known, known.length - 1)) }];
}

function upper(version: string): Pick<Interval, 'to'> {
  const known = numbersOf(version);
  if (!known) throw malformed(version);
  if (known.length === 0) return {};
  return {
    to: isFull(version)
      ? { version: version.replace(/^v(?=\d)/, ''), inclusive: true }
      : below(bump(known, known.length - 1)),
  };
}

function at(version: string): { version: string; inclusive: true } {
  return { version, inclusive: true };
}

function below(version: string): { version: string; inclusive: false } {
  return { version, inclusive: false };
}

/** The numbers before the first `x`, `*` or missing one; none when it is no version. */
function numbersOf(version: string): string[] | undefined {
  const match = /^v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+.][\w.+-]*)?$/.exec(version);
  if (!match) return undefined;
  const numbers = match.slice(1).filter((each) => each !== undefined);
  const wild = numbers.findIndex((each) => !/^\d+$/.test(each));
  return wild < 0 ? numbers : numbers.slice(0, wild);
}

function isFull(version: string): boolean {
  return /^v?\d+\.\d+\.\d+/.test(version);
}

function lowest(known: readonly string[], version: string): string {
  return isFull(version) ? version : [...known, '0', '0', '0'].slice(0, 3).join('.');
}

/** The first version after all that begin with these numbers up to `position`; its pre-releases are not before it. */
function bump(known: readonly string[], position: number): string {
  const numbers = known.slice(0, Math.max(position, 0) + 1);
  if (numbers.length === 0) return '0.0.0';
  numbers[numbers.length - 1] = String(BigInt(numbers.at(-1)!) + 1n);
  return `${[...numbers, '0', '0'].slice(0, 3).join('.')}-0`;
}

/** `^1.2.3` admits what does not change the first number that is not 0. */
function caret(known: readonly string[]): string {
  const first = known.findIndex((each) => !/^0+$/.test(each));
  return bump(known, first < 0 ? known.length - 1 : first);
}

function gemRuns({ operator, version }: Part): Interval[] {
  switch (operator) {
    case '>':
      return [{ from: { version, inclusive: false } }];
    case '>=':
      return [{ from: at(version) }];
    case '<':
      return [{ to: below(version) }];
    case '<=':
      return [{ to: { version, inclusive: true } }];
    case '!=':
      return [{ to: below(version) }, { from: { version, inclusive: false } }];
    case '~>':
    case '~':
      return [{ from: at(version), to: below(gemBump(version)) }];
    default:
      return [{ from: at(version), to: { version, inclusive: true } }];
  }
}

/** Gem::Version#bump: without words and the last number, one up; its pre-releases are not admitted either. */
function gemBump(version: string): string {
  const numbers = version.split(/[.-]/);
  const word = numbers.findIndex((each) => !/^\d+$/.test(each));
  const release = word < 0 ? numbers : numbers.slice(0, word);
  const kept = release.length > 1 ? release.slice(0, -1) : release;
  if (kept.length === 0) return '1';
  return [...kept.slice(0, -1), String(BigInt(kept.at(-1)!) + 1n), 'A'].join('.');
}
