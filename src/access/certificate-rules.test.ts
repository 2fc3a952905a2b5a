import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SubjectName } from '../lib/certificate-names.ts';
import { accountOfCertificate, parseCertificateRule } from './certificate-rules.ts';

function of(rules: readonly string[], ...names: readonly string[]): string {
  const read = names.map((each): SubjectName => {
    const cut = each.indexOf(':');
    return { kind: each.slice(0, cut) as SubjectName['kind'], text: each.slice(cut + 1) };
  });
  const found = accountOfCertificate(rules.map(parseCertificateRule), read);
  return 'account' in found ? found.account : `refused: ${found.refused}`;
}

test('the first rule with a match decides', () => {
  const rules = ['uri:spiffe://example.org/ci/*=shop+*', 'email:*@example.org=*', 'cn:Build Host 7=shop+build'];
  assert.equal(of(rules, 'cn:x', 'email:Alice.B@EXAMPLE.org'), 'alice.b');
  assert.equal(of(rules, 'email:alice@example.org', 'uri:spiffe://example.org/ci/runner-1'), 'shop+runner-1');
  assert.equal(of(rules, 'cn:build host 7'), 'shop+build');
});

test('what a star stands for stays within the characters of a name', () => {
  const none = 'refused: no rule says whose it is';
  for (const name of ['', 'a@b', 'a/b', 'a+b', 'a b', '.a', 'a..b', '*', 'ä', `${'a'.repeat(3)}\u200b`])
    assert.equal(of(['email:*@example.org=*'], `email:${name}@example.org`), none, name);
  assert.equal(of(['email:*@example.org=*'], 'email:a@example.org.evil.example'), none);
  assert.equal(of(['email:*@example.org=*'], 'cn:a@example.org'), none, 'another kind of name');
  assert.equal(of(['email:*@example.org=*'], 'email:@example.org'), none, 'nothing at all');
  assert.equal(of(['uri:spiffe://a/*=*'], 'uri:spiffe://A/x'), none, 'URIs keep their case');
  assert.equal(of(['cn:a*a=*'], 'cn:a'), none, 'both ends at once');
});

test('a certificate that would be two accounts is none', () => {
  assert.match(of(['email:*@a.example=*'], 'email:x@a.example', 'email:y@a.example'), /two|2 accounts/);
  assert.equal(of(['email:*@a.example=*'], 'email:x@a.example', 'email:X@A.example'), 'x');
  assert.match(of([], 'cn:x'), /no rule/);
});

test('rules that say nothing certain are refused', () => {
  for (const text of ['', 'x', 'cn:a', 'cn:=a', 'ip:1.2.3.4=a', 'cn:*a*=b', 'cn:a=*', 'cn:*=*-*', 'cn:a=B', 'cn:a=a b'])
    assert.throws(() => parseCertificateRule(text), /clientCertificateAccounts/, text);
});
