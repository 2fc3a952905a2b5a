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

/** The category of an SPDX expression: of alternatives the mildest, of parts that hold together the strictest. */
export function categoryOf(expression: string): LicenceCategory {
  try {
    return walk(parseExpression(expression), 0);
  } catch {
    return 'unknown';
  }
}

function walk(node: Expression, depth: number): LicenceCategory {
  if (depth > 50) return 'unknown';
  if ('license' in node) return ofLicence(node.license, node.exception);
  const [left, right] = [walk(node.left, depth + 1), walk(node.right, depth + 1)];
  const [a, b] = [licenceCategories.indexOf(left), licenceCategories.indexOf(right)];
  return licenceCategories[node.conjunction === 'or' ? Math.max(a, b) : Math.min(a, b)]!;
}

/** Exceptions for linking and for what a compiler adds make of a copyleft one that ends at its own files. */
function ofLicence(id: string, exception: string | undefined): LicenceCategory {
  const category = families.find(([pattern]) => pattern.test(id))?.[1] ?? 'unknown';
  return category === 'restricted' && exception ? 'reciprocal' : category;
}
