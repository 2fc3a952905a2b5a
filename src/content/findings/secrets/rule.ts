import type { Severity } from '../../advisories/advisory.ts';

/** How much a match says by itself: `sure` has a prefix or structure of its own, `shaped` only looks like one,
 * `named` is a value whose name says that it is secret. */
export type Confidence = 'sure' | 'shaped' | 'named';

/** Text around a keyword, one character a byte. */
export interface Spot {
  readonly text: string;
  /** Where the keyword begins in `text`. */
  readonly at: number;
  readonly keyword: string;
  readonly path: string;
}

/** A secret that was seen: where it stands in the spot's text, and what a check made of it. */
export interface Sighting {
  readonly start: number;
  readonly end: number;
  /** Put to the title: why it is believed less, or what else is known. */
  readonly remark?: string;
  /** Instead of the rule's, where a check lowers or raises it. */
  readonly severity?: Severity;
}

/** One kind of secret. */
export interface SecretRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One of these stands in every secret of this kind, or before it; found without regard to case. */
  readonly keywords: readonly string[];
  /** The keyword must stand as it is written here. */
  readonly exact: boolean;
  see(spot: Spot): Sighting | undefined;
}

/** What a check says of a value: no secret, one that is believed, or one with a remark. */
export type Checked = boolean | Pick<Sighting, 'remark' | 'severity'>;

interface Options {
  readonly confidence?: Confidence;
  readonly check?: (value: string, spot: Spot) => Checked;
  /** Characters before the keyword that belong to the secret. */
  readonly before?: number;
  /** The keyword stands in the middle of the secret; the check looks at what is before it. */
  readonly inside?: true;
}

const WORD = /[A-Za-z0-9_]/;

/**
 * A secret that begins with a keyword (or a known number of characters before it). The pattern is sticky and made of
 * literals and bounded classes only, so that it takes one step a character.
 */
export function token(
  id: string,
  title: string,
  severity: Severity,
  keywords: readonly string[],
  pattern: RegExp,
  { confidence = 'sure', check, before = 0, inside }: Options = {},
): SecretRule {
  const sticky = new RegExp(pattern.source, `${pattern.flags.replace('y', '')}y`);
  return {
    id,
    title,
    severity,
    confidence,
    keywords,
    exact: true,
    see(spot) {
      const start = spot.at - before;
      if (start < 0) return undefined;
      if (!inside && start > 0 && WORD.test(spot.text[start - 1]!) && WORD.test(spot.text[start]!)) return undefined;
      sticky.lastIndex = start;
      const value = sticky.exec(spot.text)?.[0];
      // A form that itself begins with `$` is no variable.
      if (value === undefined || isPlaceholder(value.startsWith('$') ? value.slice(1) : value)) return undefined;
      return sighting(start, value, check?.(value, spot));
    },
  };
}

/** A secret that is the value of a name which holds a keyword: `NAME=value`, `"name": "value"`, `name => 'value'`. */
export function assigned(
  id: string,
  title: string,
  severity: Severity,
  keywords: readonly string[],
  value: RegExp,
  { confidence = 'shaped', check }: Options = {},
): SecretRule {
  return {
    id,
    title,
    severity,
    confidence,
    keywords,
    exact: false,
    see(spot) {
      const found = valueAfter(spot.text, spot.at + spot.keyword.length);
      if (!found || !value.test(found.value) || isPlaceholder(found.value)) return undefined;
      return sighting(found.start, found.value, check?.(found.value, spot));
    },
  };
}

function sighting(start: number, value: string, checked: Checked | undefined): Sighting | undefined {
  if (checked === false) return undefined;
  return { start, end: start + value.length, ...(typeof checked === 'object' && checked) };
}

const MAX_VALUE = 4096;
const NAME_END = /[\w.-]{0,60}["'\])]{0,3}[ \t]{0,20}(=>|:=|[=:,>]|[ \t])[ \t]{0,20}(["'`]?)/y;
/** `<add key="ClearTextPassword" value="…"/>`, `<property name="password" value="…"/>`: the name is a value itself. */
const ATTRIBUTE = /[\w.-]{0,60}["'][ \t\r\n]{1,40}value[ \t]{0,5}=[ \t]{0,5}(["'])/y;
const VALUE_END = /["'`\s,;<>()[\]{}\\|]/;

export interface NamedValue {
  readonly start: number;
  readonly value: string;
  readonly quoted: boolean;
  /** Only blanks stand between name and value, as in the arguments of a command. */
  readonly loose: boolean;
}

/** The value that follows a name in the notations of configuration files, shells and programs. */
export function valueAfter(text: string, from: number): NamedValue | undefined {
  ATTRIBUTE.lastIndex = from;
  NAME_END.lastIndex = from;
  const attribute = ATTRIBUTE.exec(text);
  const lead = attribute ?? NAME_END.exec(text);
  if (!lead) return undefined;
  const start = attribute ? ATTRIBUTE.lastIndex : NAME_END.lastIndex;
  const quote = (attribute ? lead[1] : lead[2]) ?? '';
  let end = start;
  while (end < text.length && end - start < MAX_VALUE) {
    const character = text[end]!;
    if (quote ? character === quote || character === '\n' : VALUE_END.test(character)) break;
    end++;
  }
  return end > start
    ? { start, value: text.slice(start, end), quoted: quote !== '', loose: !attribute && lead[1]!.trim() === '' }
    : undefined;
}

const PLACEHOLDER =
  /^(?:\$|%[A-Z_]|<|\{\{|#\{|@@)|example|changeme|change_me|change-me|placeholder|dummy|redacted|insert|your[-_]?|xxxx|\*\*\*|\.\.\.|<[a-z_ -]+>|\$\{|\{\{|0{10}|1234567890|abcdefgh|todo|fixme|s3cr3t-?here|not[-_]?a[-_]?real|fake|sample/i;

/** Examples that standards print and everybody copies: RFC 6749, RFC 7617, RFC 7519 and jwt.io. */
const PRINTED = [
  '2YotnFZFEjr1zCsicMWpAA',
  'tGzv3JOkF0XG5Qx2TlKWIA',
  'czZCaGRSa3F0Mzpn',
  'gX1fBat3bV',
  'QWxhZGRpbjpvcGVu',
  'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
];

/** Values that documentation and templates put where a secret would stand. */
export function isPlaceholder(value: string): boolean {
  if (PRINTED.some((each) => value.includes(each))) return true;
  return PLACEHOLDER.test(value.slice(0, 400)) || variety(value) < 4;
}

function variety(value: string): number {
  return new Set(value.slice(0, 200).replace(/^[A-Za-z0-9]{1,10}[-_]/, '')).size;
}
