/** Longest text that is looked at; licences begin in it. */
const LONGEST = 64 * 1024;

interface Mark {
  readonly id: string;
  /** All of these stand in the text, in lower case with single blanks. */
  readonly all: readonly string[];
  readonly none?: readonly string[];
}

const LATER = 'any later version';
const gnu = (id: string, names: readonly string[], version: string, full: string): Mark[] =>
  names.flatMap((name) => [
    { id: `${id}-or-later`, all: [name, `version ${version}`, LATER], none: [full] },
    { id: `${id}-only`, all: [name, `version ${version}`], none: [LATER] },
    // The text of the licence itself speaks of later versions; which one an author chose it does not tell.
    { id: `${id}-only`, all: [full] },
  ]);

/** Sentences by which the texts of the SPDX list are told. */
const marks: readonly Mark[] = [
  {
    id: 'MIT',
    all: [
      'permission is hereby granted, free of charge, to any person obtaining a copy',
      'the above copyright notice and this permission notice shall be included',
    ],
    none: ['shall be used for good, not evil', 'commons clause'],
  },
  {
    id: 'MIT-0',
    all: [
      'permission is hereby granted, free of charge, to any person obtaining a copy',
      'furnished to do so. the software is provided',
    ],
    none: ['the above copyright notice'],
  },
  { id: 'JSON', all: ['the software shall be used for good, not evil'] },
  {
    id: 'ISC',
    all: [
      'permission to use, copy, modify, and',
      'for any purpose with or without fee is hereby granted, provided that the above copyright notice',
    ],
  },
  {
    id: '0BSD',
    all: [
      'permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.',
    ],
  },
  {
    id: 'BSD-4-Clause',
    all: ['redistribution and use in source and binary forms', 'all advertising materials mentioning'],
  },
  {
    id: 'BSD-3-Clause',
    all: ['redistribution and use in source and binary forms', 'to endorse or promote products'],
    none: ['all advertising materials mentioning'],
  },
  {
    id: 'BSD-2-Clause',
    all: ['redistribution and use in source and binary forms', 'redistributions in binary form must reproduce'],
    none: ['to endorse or promote products', 'all advertising materials'],
  },
  { id: 'Apache-2.0', all: ['apache license', 'version 2.0, january 2004'] },
  { id: 'Apache-2.0', all: ['licensed under the apache license, version 2.0'] },
  { id: 'Apache-1.1', all: ['the apache software license, version 1.1'] },
  ...gnu('GPL-3.0', ['gnu general public license'], '3', 'gnu general public license version 3, 29 june 2007'),
  ...gnu('GPL-2.0', ['gnu general public license'], '2', 'gnu general public license version 2, june 1991'),
  ...gnu(
    'LGPL-3.0',
    ['gnu lesser general public license'],
    '3',
    'gnu lesser general public license version 3, 29 june 2007',
  ),
  ...gnu(
    'LGPL-2.1',
    ['gnu lesser general public license'],
    '2.1',
    'gnu lesser general public license version 2.1, february 1999',
  ),
  ...gnu(
    'LGPL-2.0',
    ['gnu library general public license'],
    '2',
    'gnu library general public license version 2, june 1991',
  ),
  ...gnu(
    'AGPL-3.0',
    ['gnu affero general public license'],
    '3',
    'gnu affero general public license version 3, 19 november 2007',
  ),
  { id: 'MPL-2.0', all: ['mozilla public license', '2.0'], none: ['gnu general public license version'] },
  { id: 'MPL-1.1', all: ['mozilla public license', '1.1'] },
  { id: 'EPL-2.0', all: ['eclipse public license', '2.0'] },
  { id: 'EPL-1.0', all: ['eclipse public license', '1.0'] },
  { id: 'CDDL-1.0', all: ['common development and distribution license', '1.0'] },
  { id: 'EUPL-1.2', all: ['european union public licence', '1.2'] },
  { id: 'Unlicense', all: ['this is free and unencumbered software released into the public domain'] },
  { id: 'CC0-1.0', all: ['cc0 1.0 universal'] },
  { id: 'CC-BY-4.0', all: ['creative commons attribution 4.0'] },
  { id: 'CC-BY-SA-4.0', all: ['creative commons attribution-sharealike 4.0'] },
  { id: 'CC-BY-NC-4.0', all: ['creative commons attribution-noncommercial 4.0'] },
  { id: 'WTFPL', all: ['do what the fuck you want to public license'] },
  { id: 'Zlib', all: ['without any express or implied warranty', 'altered source versions must be plainly marked'] },
  { id: 'BSL-1.0', all: ['boost software license - version 1.0'] },
  { id: 'PSF-2.0', all: ['python software foundation license version 2'] },
  { id: 'OpenSSL', all: ['this product includes software developed by the openssl project'] },
  { id: 'Artistic-2.0', all: ['the artistic license 2.0'] },
  { id: 'OFL-1.1', all: ['sil open font license', 'version 1.1'] },
  { id: 'SSPL-1.0', all: ['server side public license', 'version 1'] },
  { id: 'BUSL-1.1', all: ['business source license 1.1'] },
  { id: 'Elastic-2.0', all: ['elastic license 2.0'] },
  {
    id: 'PostgreSQL',
    all: [
      'permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee',
      'postgresql',
    ],
  },
  { id: 'Ruby', all: ['you can redistribute it and/or modify it under either the terms of the', 'ruby'] },
];

/** Debian keeps common texts once and refers to them. */
const COMMON: Readonly<Record<string, string>> = {
  'apache-2.0': 'Apache-2.0',
  artistic: 'Artistic-1.0-Perl',
  'gfdl-1.3': 'GFDL-1.3-only',
  'gpl-1': 'GPL-1.0-or-later',
  'gpl-2': 'GPL-2.0-only',
  'gpl-3': 'GPL-3.0-only',
  'lgpl-2': 'LGPL-2.0-only',
  'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-3': 'LGPL-3.0-only',
  'mpl-1.1': 'MPL-1.1',
  'mpl-2.0': 'MPL-2.0',
  'cc0-1.0': 'CC0-1.0',
};

/** SPDX identifiers of the licences whose words stand in a text; none when no licence is told. */
export function licencesOfText(text: string): string[] {
  const plain = text
    .slice(0, LONGEST)
    .toLowerCase()
    .replaceAll(/[\s*#;]+/g, ' ')
    .replaceAll(/[“”]/g, '"');
  const found = new Set<string>();
  for (const { id, all, none } of marks)
    if (all.every((each) => plain.includes(each)) && !none?.some((each) => plain.includes(each))) found.add(id);
  for (const match of text
    .slice(0, LONGEST)
    .matchAll(/\/usr\/share\/common-licenses\/([A-Za-z0-9.-]{2,20}?)(?=[^A-Za-z0-9.-]|\.?(?:\s|$))/g)) {
    const id = COMMON[match[1]!.toLowerCase().replace(/\.$/, '')];
    if (id !== undefined && !hasFamily(found, id)) found.add(id);
  }
  return [...found].sort();
}

/** `GPL-2.0-or-later` is known already where the reference says GPL-2. */
function hasFamily(found: ReadonlySet<string>, id: string): boolean {
  const family = id.replace(/-(?:only|or-later)$/, '');
  return [...found].some((each) => each.replace(/-(?:only|or-later)$/, '') === family);
}
