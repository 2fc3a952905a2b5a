import { base64Text, basicCredentials, bech32, entropy, jwt, mixed } from './checks.ts';
import { privateKey } from './private-key.ts';
import { commandPassword } from './command-password.ts';
import { assigned, isPlaceholder, type SecretRule, token } from './rule.ts';
import { urlPassword } from './url-password.ts';

/** Keys, tokens and passwords whose form no single issuer owns. */
export const keyRules: readonly SecretRule[] = [
  {
    id: 'private-key',
    title: 'Private key',
    severity: 'critical',
    confidence: 'shaped',
    keywords: ['-----BEGIN '],
    exact: true,
    see: privateKey,
  },
  token(
    'encoded-private-key',
    'Private key in base64',
    'critical',
    ['LS0tLS1CRUdJTi'],
    /LS0tLS1CRUdJTi[A-Za-z0-9+/]{200,12000}={0,2}/,
    {
      check: (value) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(base64Text(value) ?? ''),
    },
  ),
  token(
    'putty-key',
    'PuTTY private key',
    'critical',
    ['PuTTY-User-Key-File-'],
    /PuTTY-User-Key-File-[23]: [a-z0-9-]{3,30}/,
    {
      check: (_value, { text, at }) =>
        !text.slice(at).includes('Private-Lines:')
          ? false
          : /Encryption: none/.test(text.slice(at, at + 200)) || { severity: 'medium', remark: 'it is encrypted' },
    },
  ),
  token(
    'age-key',
    'age secret key',
    'critical',
    ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-PQ-1'],
    /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}(?![A-Z0-9])/,
    {
      check: (value) => bech32(value) || { severity: 'medium', remark: 'its checksum is wrong' },
    },
  ),
  token('minisign-key', 'minisign or signify secret key', 'critical', ['RWRTY0Iy'], /RWRTY0Iy[A-Za-z0-9+/=]{200,220}/),
  token(
    'cosign-key',
    'cosign private key',
    'high',
    ['-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----', '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----'],
    /-----BEGIN ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY-----/,
    {
      check: () => ({ remark: 'it is encrypted' }),
    },
  ),
  token(
    'jwt',
    'JSON web token',
    'medium',
    ['eyJ'],
    /eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1200}/,
    { confidence: 'shaped', check: jwt },
  ),
  token('ansible-vault', 'Ansible vault (encrypted)', 'low', ['$ANSIBLE_VAULT;'], /\$ANSIBLE_VAULT;1\.[12];AES256/),
  {
    id: 'url-password',
    title: 'Password in an address',
    severity: 'high',
    confidence: 'shaped',
    keywords: ['://'],
    exact: true,
    see: urlPassword,
  },
  assigned(
    'basic-auth-header',
    'Basic authorization header',
    'high',
    ['authorization: basic', 'authorization":"basic', "authorization': 'basic"],
    /^[A-Za-z0-9+/]{12,300}={0,2}$/,
    { check: basicCredentials },
  ),
  assigned(
    'bearer-header',
    'Bearer token in a header',
    'medium',
    ['authorization: bearer', 'authorization":"bearer'],
    /^[A-Za-z0-9._~+/-]{24,400}=*$/,
    { check: mixed(3.8) },
  ),
  assigned('docker-auth', 'Registry sign-in of docker', 'critical', ['"auth"'], /^[A-Za-z0-9+/]{8,600}={0,2}$/, {
    confidence: 'sure',
    check: (value) => basicCredentials(value) && !isPlaceholder(base64Text(value) ?? ''),
  }),
  assigned(
    'docker-identity-token',
    'Registry identity token of docker',
    'critical',
    ['"identitytoken"', '"registrytoken"'],
    /^[A-Za-z0-9._=+/-]{20,2000}$/,
    { confidence: 'sure', check: mixed(3.5) },
  ),
  assigned(
    'django-secret-key',
    'Django secret key',
    'high',
    ['secret_key'],
    /^(?:django-insecure-)?[a-z0-9!@#$%^&*(\-_=+)]{40,70}$/,
    { check: mixed(4) },
  ),
  assigned(
    'rails-secret',
    'Rails secret key base',
    'high',
    ['secret_key_base', 'rails_master_key'],
    /^(?:[0-9a-f]{128}|[0-9a-f]{32})$/,
    { check: mixed(3) },
  ),
  assigned('laravel-key', 'Laravel application key', 'high', ['app_key'], /^base64:[A-Za-z0-9+/]{42,43}={1,2}$/, {
    confidence: 'sure',
  }),
  {
    id: 'command-password',
    title: 'Password given to curl',
    severity: 'high',
    confidence: 'named',
    keywords: ['curl '],
    exact: false,
    see: commandPassword,
  },
  assigned('ssh-password', 'Password given to sshpass', 'high', ['sshpass -p'], /^[^-\s]{4,100}$/, {}),
  token(
    'aspnet-machine-key',
    'ASP.NET machine key',
    'high',
    ['validationKey="', 'decryptionKey="'],
    /(?:validation|decryption)Key="[0-9A-F]{32,256}/i,
    { check: (value) => entropy(value) > 3 },
  ),
];
