import { hash } from 'node:crypto';
import type { KeywordHits } from '../examiner.ts';
import type { LayerObservation } from '../observation.ts';
import { secretsOfFile } from './file-rules.ts';
import { isBelieved } from './path-kind.ts';
import type { SecretRule, Sighting } from './rule.ts';
import { secretRules } from './secret-rules.ts';

/** Bytes before and behind a keyword that a rule may look at. */
const BEFORE = 320;
const BEHIND = 16 * 1024;
const BEHIND_NAMED = 1200;
/** Secrets of one piece that are told; a file of nothing but secrets is told of by some. */
const MAX_SEEN = 100;

/** Every rule's keywords; a keyword belongs to all rules that name it. Letters in any case; rules that want them exactly look again. */
export const secretKeywords: readonly string[] = [...new Set(secretRules.flatMap((rule) => rule.keywords))];
const rulesOf = secretKeywords.map((keyword) => secretRules.filter((rule) => rule.keywords.includes(keyword)));

interface Seen extends Sighting {
  readonly rule: SecretRule;
}

/**
 * Secrets in a piece of a file. `from` is the number of its first line. What begins in the last `overlap` bytes is left
 * to the next piece, which begins with them. `onlySure` is for files that are no text.
 */
export function secretsIn(
  path: string,
  bytes: Uint8Array,
  from: number,
  overlap: number,
  hits: KeywordHits,
  onlySure = false,
): LayerObservation[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen: Seen[] = [];
  for (let index = 0; index < hits.length && seen.length < MAX_SEEN; index += 2) {
    const keyword = secretKeywords[hits[index]!]!;
    const at = hits[index + 1]!;
    if (at >= bytes.length - overlap) break;
    for (const rule of rulesOf[hits[index]!]!) {
      if (onlySure && rule.confidence !== 'sure') continue;
      if (rule.exact && !isExactly(buffer, at, keyword)) continue;
      if (rule.confidence !== 'sure' && !isBelieved(rule.confidence, path)) continue;
      const start = Math.max(0, at - BEFORE);
      const behind =
        rule.id.endsWith('private-key') || rule.id === 'putty-key' ? BEHIND : rule.exact ? 4096 : BEHIND_NAMED;
      const text = buffer.toString('latin1', start, Math.min(buffer.length, at + behind));
      const sighting = rule.see({ text, at: at - start, keyword, path });
      if (sighting && isBelieved(rule.confidence, path))
        seen.push({ ...sighting, start: sighting.start + start, end: sighting.end + start, rule });
    }
  }
  const observations = distinct(seen).map((each) => describe(path, buffer, each, from));
  for (const { file, line, value } of from === 1 ? secretsOfFile(path, () => buffer.toString('utf8', 0, 1 << 20)) : [])
    observations.push({
      kind: 'secret',
      id: file.id,
      title: file.title,
      severity: file.severity,
      path,
      line,
      detail: masked(value),
      fingerprint: hash('sha256', value, 'hex'),
    });
  return observations;
}

function isExactly(buffer: Buffer, at: number, keyword: string): boolean {
  for (let index = 0; index < keyword.length; index++)
    if (buffer[at + index] !== keyword.charCodeAt(index)) return false;
  return true;
}

/** Of sightings that overlap, the one of the earlier rule stands: rules are ordered from the certain to the general. */
function distinct(seen: readonly Seen[]): Seen[] {
  const ordered = seen.toSorted((a, b) => secretRules.indexOf(a.rule) - secretRules.indexOf(b.rule));
  const kept: Seen[] = [];
  for (const each of ordered)
    if (!kept.some((other) => each.start < other.end && other.start < each.end)) kept.push(each);
  return kept.sort((a, b) => a.start - b.start);
}

function describe(
  path: string,
  buffer: Buffer,
  { rule, start, end, remark, severity }: Seen,
  from: number,
): LayerObservation {
  const value = buffer.toString('latin1', start, end);
  return {
    kind: 'secret',
    id: rule.id,
    title: rule.title,
    severity: severity ?? rule.severity,
    path,
    line: from + countLines(buffer, start),
    detail: remark === undefined ? masked(value) : `${masked(value)} (${remark})`,
    fingerprint: hash('sha256', value, 'hex'),
  };
}

function countLines(buffer: Buffer, end: number): number {
  let lines = 0;
  for (let at = buffer.indexOf(0x0a); at >= 0 && at < end; at = buffer.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

const SHOWN = 4;

/** Enough to recognise a secret that one knows, too little to use one: its beginning, where it is long, and its length. */
export function masked(value: string): string {
  const line = value.split(/[\r\n]/, 1)[0]!.replaceAll(/[^\x20-\x7e]/g, '?');
  if (line.startsWith('-----BEGIN')) return line.slice(0, 60);
  const shown = line.slice(0, Math.min(SHOWN, Math.floor(line.length / 4)));
  return `${shown}${'*'.repeat(8)} (${value.length} characters)`;
}
