import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBase32, totpAddress, totpCode, totpStep } from './totp.ts';

/** RFC 6238 appendix B gives eight digits for SHA-1; the last six are ours. */
const SECRET = toBase32(Buffer.from('12345678901234567890'));

test('codes are those of RFC 6238 appendix B', () => {
  assert.equal(SECRET, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const)
    assert.equal(totpCode(SECRET, Math.floor(seconds / 30)), code);
});

test('one step of clock difference is taken, two are not; other texts are no codes', () => {
  const now = 1_111_111_111_000;
  const step = Math.floor(now / 30_000);
  for (const offset of [-1, 0, 1]) assert.equal(totpStep(SECRET, totpCode(SECRET, step + offset), now), step + offset);
  for (const offset of [-2, 2]) assert.equal(totpStep(SECRET, totpCode(SECRET, step + offset), now), undefined);
  for (const text of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    assert.equal(totpStep(SECRET, text, now), undefined);
  assert.equal(totpStep(SECRET, '050 471', now), step, 'as applications group them');
});

test('the address says who and where', () => {
  assert.equal(
    totpAddress(SECRET, 'ann', 'Assay reg.example:5000'),
    `otpauth://totp/Assay%20reg.example%3A5000:ann?secret=${SECRET}&issuer=Assay%20reg.example%3A5000`,
  );
});
