import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../../../test/archives.ts';
import { categoryOf, demandsOf } from './categories.ts';
import { licencesOfText } from './licence-text.ts';

void test('categories: the mildest of alternatives, the strictest of what holds together, exceptions', () => {
  assert.equal(categoryOf('MIT'), 'notice');
  assert.equal(categoryOf('GPL-3.0-or-later OR MIT'), 'notice');
  assert.equal(categoryOf('GPL-3.0-or-later AND MIT'), 'restricted');
  assert.equal(categoryOf('(MIT OR Apache-2.0) AND AGPL-3.0-only'), 'forbidden');
  assert.equal(categoryOf('GPL-2.0-only WITH Classpath-exception-2.0'), 'reciprocal');
  assert.equal(categoryOf('LicenseRef-mine'), 'unknown');
  assert.equal(categoryOf('not an expression ('), 'unknown');
  assert.deepEqual(
    demandsOf('(GPL-2.0-only OR BSD-3-Clause) AND MPL-2.0').map((each) => each.licence),
    ['BSD-3-Clause', 'MPL-2.0'],
  );
});

void test('licences by the words of their texts', () => {
  const mit =
    'Copyright (c) 2020 A\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software …\nThe above copyright notice and this permission notice shall be included in all\ncopies …';
  assert.deepEqual(licencesOfText(mit), ['MIT']);
  const bsd =
    'Redistribution and use in source and binary forms, with or without …\n * Redistributions in binary form must reproduce …';
  assert.deepEqual(licencesOfText(bsd), ['BSD-2-Clause']);
  assert.deepEqual(licencesOfText(`${bsd} Neither the name of X nor … may be used to endorse or promote products`), [
    'BSD-3-Clause',
  ]);
  const gpl =
    'This program is free software; you can redistribute it under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.\nOn Debian systems the full text is in /usr/share/common-licenses/GPL-2.';
  assert.deepEqual(licencesOfText(gpl), ['GPL-2.0-or-later']);
  assert.deepEqual(licencesOfText("see `/usr/share/common-licenses/Apache-2.0' for it"), ['Apache-2.0']);
  assert.deepEqual(licencesOfText('All rights reserved.'), []);
});

void test('any text is read in bounded time', () => {
  const random = seeded(3);
  for (let round = 0; round < 50; round++)
    licencesOfText(
      Array.from({ length: 5000 }, () => 'gnu general public license version 2 / * # '[Math.floor(random() * 42)]).join(
        '',
      ),
    );
  licencesOfText('/usr/share/common-licenses/'.repeat(5000));
  licencesOfText(' *'.repeat(200_000));
});
