import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../lib/error.ts';
import { boundaryOf, readForm } from './multipart.ts';

function form(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'));
}

const part = (name: string, fileName: string, text: string) => [
  '--b',
  `Content-Disposition: form-data; name="${name}"; filename="${fileName}"`,
  'Content-Type: application/octet-stream',
  '',
  text,
];

test('parts with their names, in order; a preamble and what follows the end are passed over', () => {
  const body = form(
    'preamble',
    ...part('files', 'targets/alice', 'one\r\ntwo'),
    ...part('files', 'root', ''),
    '--b--',
    'rest',
  );
  assert.deepEqual(
    readForm(body, 'b', 10).map(({ name, fileName, bytes }) => [name, fileName, bytes.toString()]),
    [
      ['files', 'targets/alice', 'one\r\ntwo'],
      ['files', 'root', ''],
    ],
  );
});

test('a form without parts is one', () => {
  assert.deepEqual(readForm(form('--b--', ''), 'b', 10), []);
  assert.deepEqual(readForm(Buffer.from('--b--'), 'b', 10), []);
});

test('forms that end early, hold too much or have no disposition are malformed', () => {
  const bodies = [
    form(),
    form('nothing'),
    form('--b'),
    form(...part('files', 'root', 'x')),
    form('--b', 'X: y', '', 'x', '--b--'),
    form('--b', 'no blank line', '--b--'),
    form('--bc', 'Content-Disposition: form-data; name="a"', '', 'x', '--bc--'),
    form(...Array.from({ length: 11 }, () => part('files', 'root', 'x')).flat(), '--b--'),
  ];
  for (const body of bodies)
    assert.throws(
      () => readForm(body, 'b', 10),
      (error) => isAssayError(error, 'trust-upload-malformed'),
      body.toString(),
    );
});

test('any cut or flipped byte is read or refused, never worse', () => {
  const whole = form(...part('files', 'targets/a', '{"signed":{}}'), ...part('files', 'root', 'x'), '--b--', '');
  for (let at = 0; at < whole.length; at++)
    for (const bytes of [whole.subarray(0, at), Buffer.from(whole).fill(whole[at]! ^ 0xff, at, at + 1)])
      try {
        readForm(bytes, 'b', 10);
      } catch (error) {
        assert.ok(isAssayError(error, 'trust-upload-malformed'));
      }
});

test('the boundary of a content type', () => {
  assert.equal(boundaryOf('multipart/form-data; boundary=x'), 'x');
  assert.equal(boundaryOf('multipart/form-data;charset=utf-8; boundary="a b"'), 'a b');
  for (const type of ['', 'text/plain', 'multipart/form-data', 'multipart/mixed; boundary=x'])
    assert.equal(boundaryOf(type), undefined);
});
