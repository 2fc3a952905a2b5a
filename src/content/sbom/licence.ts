import { hash } from 'node:crypto';
import parseExpression from 'spdx-expression-parse';
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import current from 'spdx-license-ids/index.json' with { type: 'json' };

const known = new Map([...deprecated, ...current].map((id) => [id.toLowerCase(), id]));
const MAX_LENGTH = 300;

/** Names that packages use for licences of the SPDX list, in lower case. */
const NAMES: Readonly<Record<string, string>> = {
  apache: 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  'apache-2': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'apache license, version 2.0': 'Apache-2.0',
  'apache software license': 'Apache-2.0',
  asl2: 'Apache-2.0',
  'asl 2.0': 'Apache-2.0',
  expat: 'MIT',
  'mit license': 'MIT',
  'isc license': 'ISC',
  'isc license (iscl)': 'ISC',
  bsd: 'BSD-3-Clause',
  'bsd license': 'BSD-3-Clause',
  'bsd-3': 'BSD-3-Clause',
  'bsd-2': 'BSD-2-Clause',
  'gpl-1': 'GPL-1.0-only',
  'gpl-1+': 'GPL-1.0-or-later',
  'gpl-2': 'GPL-2.0-only',
  'gpl-2+': 'GPL-2.0-or-later',
  'gpl-3': 'GPL-3.0-only',
  'gpl-3+': 'GPL-3.0-or-later',
  'lgpl-2': 'LGPL-2.0-only',
  'lgpl-2+': 'LGPL-2.0-or-later',
  'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-2.1+': 'LGPL-2.1-or-later',
  'lgpl-3': 'LGPL-3.0-only',
  'lgpl-3+': 'LGPL-3.0-or-later',
  gplv2: 'GPL-2.0-only',
  'gplv2+': 'GPL-2.0-or-later',
  gplv3: 'GPL-3.0-only',
  'gplv3+': 'GPL-3.0-or-later',
  lgplv2: 'LGPL-2.0-only',
  'lgplv2+': 'LGPL-2.0-or-later',
  lgplv3: 'LGPL-3.0-only',
  'lgplv3+': 'LGPL-3.0-or-later',
  'artistic-1': 'Artistic-1.0',
  'mozilla public license 2.0 (mpl 2.0)': 'MPL-2.0',
  'mplv2.0': 'MPL-2.0',
  'python software foundation license': 'PSF-2.0',
  psf: 'PSF-2.0',
  'public domain': 'LicenseRef-public-domain',
  'public-domain': 'LicenseRef-public-domain',
};

export interface SpdxLicence {
  /** A valid SPDX licence expression. */
  readonly expression: string;
  /** What the LicenseRefs in it stand for. */
  readonly refs: readonly { readonly id: string; readonly name: string }[];
}

/** One SPDX expression (SPDX 2.3, annex D) of what a package declares; words that are no licence become LicenseRefs. */
export function spdxLicence(declared: readonly string[]): SpdxLicence | undefined {
  const refs = new Map<string, string>();
  const parts = [...new Set(declared.map((each) => each.trim()).filter(Boolean))].map((each) =>
    expressionOf(each, refs),
  );
  if (parts.length === 0) return undefined;
  const expression =
    parts.length === 1
      ? parts[0]!
      : parts.map((each) => (/ (?:OR|AND) /.test(each) ? `(${each})` : each)).join(' AND ');
  return { expression, refs: [...refs].map(([id, name]) => ({ id, name })) };
}

function expressionOf(text: string, refs: Map<string, string>): string {
  const one = single(text);
  if (one) return one;
  if (text.length <= MAX_LENGTH) {
    const spelled = text
      .split(/(\s+(?:and|or|with)\s+|[()])/i)
      .map((part) => (/^\s*(?:and|or|with)\s*$/i.test(part) ? part.toUpperCase() : (single(part.trim()) ?? part)))
      .join('');
    if (isExpression(spelled)) return spelled;
  }
  const id = `LicenseRef-${nameOf(text)}`;
  refs.set(id, text);
  return id;
}

function single(text: string): string | undefined {
  const lower = text.toLowerCase();
  return (
    known.get(lower) ??
    (Object.hasOwn(NAMES, lower) && !NAMES[lower]!.startsWith('LicenseRef-') ? NAMES[lower] : undefined)
  );
}

function isExpression(text: string): boolean {
  try {
    parseExpression(text);
    return true;
  } catch {
    return false;
  }
}

/** Letters, digits, dots and hyphens are allowed; what had others, or is long, is told apart by a digest. */
function nameOf(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
  return plain === text ? plain : `${plain || 'licence'}-${hash('sha256', text, 'hex').slice(0, 8)}`;
}
