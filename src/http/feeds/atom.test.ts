import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderAtom, xmlText } from './atom.ts';

test('text of any content is character data: nothing ends it, nothing XML cannot hold is in it', () => {
  assert.equal(xmlText(`<a href="x" b='y'>&amp;]]>`), '&lt;a href=&quot;x&quot; b=&apos;y&apos;&gt;&amp;amp;]]&gt;');
  assert.equal(xmlText('a\u0000b\u000bc\ufffe\ud800d\r'), 'a\ufffdb\ufffdc\ufffd\ufffdd\ufffd');
  assert.equal(xmlText('\u{1f600} é\n\t'), '\u{1f600} é\n\t');
});

test('an empty feed has what RFC 4287 section 4.1.1 asks for', () => {
  const text = renderAtom({
    self: 'https://a.example/feeds/mine',
    site: 'https://a.example/',
    title: 't',
    entries: [],
  });
  for (const part of ['<id>https://a.example/feeds/mine</id>', '<title>t</title>', '<updated>1970-01-01T00:00:00'])
    assert.ok(text.includes(part), part);
});
