import type { CallArguments } from '../api/client.ts';

export type Kind = 'ldap' | 'oidc' | 'workload';
export type Settings = CallArguments<'createDirectory'>['body']['settings'];

/** How one setting is written in the form. `lines` is a list, `groups` a list of `group -> team`, `json` anything else. */
export interface SettingField {
  readonly name: string;
  readonly label: string;
  readonly form: 'text' | 'number' | 'check' | 'lines' | 'groups' | 'json' | readonly (readonly [string, string])[];
  readonly required?: true;
  readonly placeholder?: string;
  /** Most people leave it as it is. */
  readonly more?: true;
}

const teams: SettingField = {
  name: 'groups',
  label: 'Groups, one a line: group -> organisation/team, or -> administrators',
  form: 'groups',
  placeholder: 'cn=platform,ou=groups,dc=example,dc=org -> shop/platform',
};

export const fieldsOf: Readonly<Record<Kind, readonly SettingField[]>> = {
  ldap: [
    {
      name: 'urls',
      label: 'Servers, one a line',
      form: 'lines',
      required: true,
      placeholder: 'ldaps://ldap.example.org',
    },
    { name: 'startTls', label: 'StartTLS on ldap://', form: 'check' },
    { name: 'bindDn', label: 'Who searches (bindDn)', form: 'text', placeholder: 'cn=assay,dc=example,dc=org' },
    {
      name: 'baseDn',
      label: 'Where people are (baseDn)',
      form: 'text',
      required: true,
      placeholder: 'ou=people,dc=example,dc=org',
    },
    { name: 'groupBaseDn', label: 'Where groups are', form: 'text', placeholder: 'ou=groups,dc=example,dc=org' },
    {
      name: 'nested',
      label: 'Groups in groups',
      form: [
        ['recursive', 'followed one by one'],
        ['chain', 'followed by Active Directory itself'],
        ['none', 'not followed'],
      ],
    },
    teams,
    {
      name: 'userFilter',
      label: 'Filter for people',
      form: 'text',
      placeholder: '(&(objectClass=person)(uid={name}))',
      more: true,
    },
    { name: 'nameAttribute', label: 'Attribute of the name', form: 'text', placeholder: 'uid', more: true },
    { name: 'mailAttribute', label: 'Attribute of the mail address', form: 'text', placeholder: 'mail', more: true },
    { name: 'idAttribute', label: 'Attribute that never changes', form: 'text', placeholder: 'entryUUID', more: true },
    {
      name: 'groupFilter',
      label: 'Filter for groups',
      form: 'text',
      placeholder: '(|(member={dn})(uniqueMember={dn}))',
      more: true,
    },
    { name: 'groupNameAttribute', label: 'Attribute of a group’s name', form: 'text', placeholder: 'cn', more: true },
    { name: 'timeoutSeconds', label: 'Seconds to wait', form: 'number', placeholder: '5', more: true },
    { name: 'ca', label: 'Certificates that vouch for the servers (PEM)', form: 'lines', more: true },
  ],
  oidc: [
    { name: 'issuer', label: 'Issuer', form: 'text', required: true, placeholder: 'https://login.example.org' },
    { name: 'clientId', label: 'Client id', form: 'text', required: true, placeholder: 'assay' },
    teams,
    { name: 'scopes', label: 'Scopes, one a line', form: 'lines', placeholder: 'openid', more: true },
    { name: 'nameClaim', label: 'Claim of the name', form: 'text', placeholder: 'preferred_username', more: true },
    { name: 'groupsClaim', label: 'Claim of the groups', form: 'text', placeholder: 'groups', more: true },
    {
      name: 'trustDays',
      label: 'Days that tokens stand after a sign-in',
      form: 'number',
      placeholder: '30',
      more: true,
    },
  ],
  workload: [
    {
      name: 'issuer',
      label: 'Issuer',
      form: 'text',
      required: true,
      placeholder: 'https://token.actions.githubusercontent.com',
    },
    { name: 'audience', label: 'Audience', form: 'text', required: true, placeholder: 'registry.example.org' },
    {
      name: 'rules',
      label: 'Rules, as JSON: which job is which robot',
      form: 'json',
      required: true,
      placeholder: '[{ "robot": "organisation+ci", "claims": { "repository": "organisation/app" } }]',
    },
  ],
};

const ARROW = '->';

/** A setting as the text of its field; nothing for one that is not set. */
export function shownSetting({ name, form }: SettingField, settings: Readonly<Record<string, unknown>>): string {
  const value = settings[name];
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (form === 'lines' && Array.isArray(value)) return value.join('\n');
  if (form === 'groups')
    return (Array.isArray(value) ? (value as { group: string; team: string }[]) : [])
      .map(({ group, team }) => `${group} ${ARROW} ${team}`)
      .join('\n');
  return JSON.stringify(value, null, form === 'json' ? 2 : 0);
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function read({ name, label, form }: SettingField, text: string): unknown {
  if (name === 'ca') return text;
  if (form === 'lines') return lines(text);
  if (form === 'number') return Number(text);
  if (form === 'groups')
    return lines(text).map((line) => {
      const cut = line.lastIndexOf(ARROW);
      if (cut < 0) throw new Error(`${label}: "${line.slice(0, 60)}" has no ${ARROW}`);
      return { group: line.slice(0, cut).trim(), team: line.slice(cut + ARROW.length).trim() };
    });
  if (form !== 'json') return text.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : 'not JSON'}`, { cause: error });
  }
}

/** The settings that a filled form stands for; an empty field leaves the server's own default. */
export function readSettings(kind: Kind, field: (name: string) => string): Settings {
  const settings: Record<string, unknown> = { kind };
  for (const each of fieldsOf[kind]) {
    const text = field(each.name);
    if (each.form === 'check') settings[each.name] = text === 'on';
    else if (text.trim() !== '') settings[each.name] = read(each, text);
  }
  return settings as Settings;
}
