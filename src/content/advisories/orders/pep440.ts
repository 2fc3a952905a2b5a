import { compareText } from './characters.ts';

/** PEP 440 "Appendix B", with its alternative spellings; bounded in length before it is tried. */
const VERSION =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i;
const MAX_LENGTH = 512;
const PHASES: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };

interface Parsed {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  /** Phase and number; a development release alone sorts before all phases, a final one after them. */
  readonly pre: readonly [number, bigint];
  readonly post: bigint;
  readonly dev: bigint | undefined;
  readonly local: readonly (string | bigint)[];
}

function parse(text: string): Parsed | undefined {
  const match = text.length > MAX_LENGTH ? null : VERSION.exec(text);
  if (!match) return undefined;
  const [, epoch, release, phase, phaseNumber, implicitPost, postNumber, dev, devNumber, local] = match;
  const isPost = implicitPost !== undefined || postNumber !== undefined;
  return {
    epoch: BigInt(epoch ?? 0),
    release: release!.split('.').map(BigInt),
    pre: phase ? [PHASES[phase.toLowerCase()]!, BigInt(phaseNumber || 0)] : [dev !== undefined && !isPost ? -1 : 3, 0n],
    post: isPost ? BigInt(implicitPost || postNumber || 0) : -1n,
    dev: dev === undefined ? undefined : BigInt(devNumber || 0),
    local: (local ?? '')
      .toLowerCase()
      .split(/[-_.]/)
      .filter(Boolean)
      .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part)),
  };
}

/** Order of Python versions (PEP 440); what is no such version sorts before all that are, as text. */
export function comparePep440(a: string, b: string): number {
  if (a === b) return 0;
  const left = parse(a);
  const right = parse(b);
  if (!left || !right) return left ? 1 : right ? -1 : compareText(a, b);
  return (
    order(left.epoch, right.epoch) ||
    compareRelease(left.release, right.release) ||
    left.pre[0] - right.pre[0] ||
    order(left.pre[1], right.pre[1]) ||
    order(left.post, right.post) ||
    compareDev(left.dev, right.dev) ||
    compareLocal(left.local, right.local)
  );
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareRelease(a: readonly bigint[], b: readonly bigint[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = order(a[at] ?? 0n, b[at] ?? 0n);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareDev(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return order(a, b);
}

/** Numbers are newer than words; the longer one is newer when the rest is equal. */
function compareLocal(a: Parsed['local'], b: Parsed['local']): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const left = a[at];
    const right = b[at];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (typeof left !== typeof right) return typeof left === 'bigint' ? 1 : -1;
    const difference = left < right ? -1 : left > right ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return 0;
}
