import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, type Kind, readSettings, shownSetting } from './directory-settings.ts';

const settings = {
  ldap: {
    kind: 'ldap',
    urls: ['ldaps://a.example', 'ldaps://b.example:3636'],
    startTls: false,
    bindDn: 'cn=assay,dc=example',
    baseDn: 'ou=people,dc=example',
    userFilter: '(uid={name})',
    nested: 'chain',
    timeoutSeconds: 9,
    ca: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
    groups: [{ group: 'cn=a -> b,dc=example', team: 'shop/qa' }],
  },
  oidc: { kind: 'oidc', issuer: 'https://i.example', clientId: 'assay', scopes: ['openid', 'email'], groups: [] },
  workload: {
    kind: 'workload',
    issuer: 'https://i.example',
    audience: 'r.example',
    rules: [
      { robot: 'shop+ci', claims: { ref: 'refs/heads/main' }, limits: [{ organisation: 'shop', actions: ['pull'] }] },
    ],
  },
} as const;

test('what the form shows is read back as it was', () => {
  for (const kind of Object.keys(settings) as Kind[]) {
    const before: Record<string, unknown> = settings[kind];
    const shown = new Map(
      fieldsOf[kind].map((field) => [
        field.name,
        field.form === 'check' ? (before[field.name] === true ? 'on' : '') : shownSetting(field, before),
      ]),
    );
    const after = readSettings(kind, (name) => shown.get(name) ?? '');
    const { groups, ...rest } = before;
    assert.deepEqual(after, { ...rest, ...(Array.isArray(groups) && groups.length > 0 && { groups }) }, kind);
  }
});

test('a line without an arrow and rules that are no JSON are named', () => {
  assert.throws(
    () => readSettings('oidc', (name) => (name === 'groups' ? 'platform' : 'x')),
    /Groups.*"platform" has no ->/,
  );
  assert.throws(() => readSettings('workload', (name) => (name === 'rules' ? '[{' : 'x')), /Rules/);
});
