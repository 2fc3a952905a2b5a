import parseExpression from 'spdx-expression-parse';

/** What a licence asks of those who pass the software on, from most to least. */
export const licenceCategories = [
  'forbidden',
  'restricted',
  'reciprocal',
  'unknown',
  'notice',
  'permissive',
  'unencumbered',
] as const;
export type LicenceCategory = (typeof licenceCategories)[number];

/** By the beginning of the SPDX identifier; the first that fits decides. */
const families: readonly (readonly [RegExp, LicenceCategory])[] = [
  [
    /^(?:AGPL|SSPL|BUSL|Elastic|CC-BY-NC|CC-BY-ND|Commons-Clause|JSON$|OSL|RPL|SISSL|WTFPL|Parity|PolyForm)/i,
    'forbidden',
  ],
  [/^(?:GPL|LGPL|CC-BY-SA|NPL|QPL|Sleepycat|GFDL|BCL|eCos|Nokia|RHeCos)/i, 'restricted'],
  [/^(?:MPL|EPL|CDDL|CPL|EUPL|IPL|APSL|CPAL|Ruby$|MS-RL|CECILL)/i, 'reciprocal'],
  [/^(?:CC0|Unlicense|0BSD|MIT-0|PDDL|blessing|LicenseRef-public-domain)/i, 'unencumbered'],
  [
    /^(?:BSL-1\.0|Zlib|libpng|X11-distribute|FSFUL|FSFAP|ICU|curl|NCSA|HPND|TCL|Unicode|Beerware|bzip2|Info-ZIP|SMLNJ|Xnet|NTP|DOC)/i,
    'permissive',
  ],
  [
    /^(?:MIT|BSD|ISC|Apache|Artistic|PSF|Python|OpenSSL|OFL|PostgreSQL|AFL|PHP|Zend|W3C|CC-BY|X11|FTL|ZPL|OLDAP|Vim|UPL|EFL|ECL|MS-PL|BlueOak|TCP-wrappers|Bitstream|CNRI|Intel|IJG|SSH|Spencer|Linux-syscall-note)/i,
    'notice',
  ],
];

type Expression = ReturnType<typeof parseExpression>;

/** One licence that holds, and what it asks. */
export interface Demand {
  readonly licence: string;
  readonly category: LicenceCategory;
}

/** What an SPDX expression asks: of alternatives the mildest is taken, parts that hold together hold all. */
export function demandsOf(expression: string): Demand[] {
  try {
    return walk(parseExpression(expression), 0);
  } catch {
    return [{ licence: expression, category: 'unknown' }];
  }
}

/** The strictest that an expression asks. */
export function categoryOf(expression: string): LicenceCategory {
  return strictest(demandsOf(expression));
}

const MAX_DEPTH = 50;

function walk(node: Expression, depth: number): Demand[] {
  if (depth > MAX_DEPTH) return [{ licence: 'LicenseRef-too-deep', category: 'unknown' }];
  if ('license' in node) {
    const licence = `${named(node)}${node.exception ? ` WITH ${node.exception}` : ''}`;
    return [{ licence, category: ofLicence(node.license, node.exception) }];
  }
  const [left, right] = [walk(node.left, depth + 1), walk(node.right, depth + 1)];
  if (node.conjunction === 'and') return [...left, ...right];
  return licenceCategories.indexOf(strictest(left)) >= licenceCategories.indexOf(strictest(right)) ? left : right;
}

/** The GNU licences under their names of today (SPDX licence list 3.0). */
function named({ license: id, plus }: Extract<Expression, { license: string }>): string {
  if (!/^(?:A?GPL|LGPL|GFDL)-\d\.\d$/.test(id)) return `${id}${plus ? '+' : ''}`;
  return `${id}-${plus ? 'or-later' : 'only'}`;
}

function strictest(demands: readonly Demand[]): LicenceCategory {
  return licenceCategories[Math.min(...demands.map((each) => licenceCategories.indexOf(each.category)))] ?? 'unknown';
}

/** Exceptions for linking and for what a compiler adds make of a copyleft one that ends at its own files. */
function ofLicence(id: string, exception: string | undefined): LicenceCategory {
  const category = families.find(([pattern]) => pattern.test(id))?.[1] ?? 'unknown';
  return category === 'restricted' && exception ? 'reciprocal' : category;
}
