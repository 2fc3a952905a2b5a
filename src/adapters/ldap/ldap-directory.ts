import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { Client, type Entry, InvalidCredentialsError, NoSuchObjectError, ResultCodeError } from 'ldapts';
import type { LdapSettings } from '../../access/directory-settings.ts';
import { AssayError, isAssayError, systemCode } from '../../lib/error.ts';
import type { DirectoryPerson, DirectoryTestStep, LdapDirectory } from '../../ports/directory.ts';
import { fillFilter } from './filter.ts';

const PAGE_SIZE = 500;
const MAX_GROUPS = 1000;
const MAX_DEPTH = 10;
const MAX_NAME = 256;
/** LDAP_MATCHING_RULE_IN_CHAIN of Active Directory. */
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/**
 * Bind and search (RFC 4511, 4513): the service account finds exactly one entry, the person binds as it. Referrals are
 * never followed, since they may lead to a server that nobody vouched for.
 */
export function openLdapDirectory(settings: LdapSettings, password: string | undefined): LdapDirectory {
  const timeout = settings.timeoutSeconds * 1000;
  const tlsOptions = {
    ca: [...getCACertificates('default'), ...getCACertificates('system'), ...(settings.ca ? [settings.ca] : [])],
    minVersion: 'TLSv1.2' as const,
  };

  const connect = async (): Promise<Client> => {
    const failures: string[] = [];
    for (const url of settings.urls) {
      const secure = url.startsWith('ldaps:');
      const client = new Client({ url, timeout, connectTimeout: timeout, ...(secure && { tlsOptions }) });
      try {
        if (settings.startTls && !secure) await client.startTLS({ ...tlsOptions, ...nameOf(url) });
        await bindService(client);
        return client;
      } catch (error) {
        await client.unbind().catch(() => undefined);
        if (isAssayError(error)) throw error;
        failures.push(`${url}: ${inWords(error)}`);
      }
    }
    throw new AssayError('directory-unreachable', `the directory cannot be used: ${failures.join('; ')}`);
  };

  const bindService = async (client: Client): Promise<void> => {
    if (settings.bindDn === undefined) {
      // Anonymous; a search of the root shows that the server answers.
      await client.search('', { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'] });
      return;
    }
    if (!password) throw new AssayError('directory-unreachable', 'the directory has a bindDn and no password for it');
    try {
      await client.bind(settings.bindDn, password);
    } catch (error) {
      if (error instanceof InvalidCredentialsError)
        throw new AssayError('directory-unreachable', `the directory refuses the password of ${settings.bindDn}`);
      throw error;
    }
  };

  const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = await connect();
    try {
      return await work(client);
    } catch (error) {
      if (isAssayError(error)) throw error;
      throw new AssayError('directory-unreachable', `the directory did not answer: ${inWords(error)}`, {
        cause: error,
      });
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };

  const search = async (client: Client, base: string, filter: string, attributes: string[]): Promise<Entry[]> => {
    const { searchEntries } = await client.search(base, {
      scope: 'sub',
      filter,
      attributes,
      derefAliases: 'never',
      paged: { pageSize: PAGE_SIZE },
      timeLimit: settings.timeoutSeconds,
      explicitBufferAttributes: [settings.idAttribute],
    });
    return searchEntries;
  };

  const entryOf = async (client: Client, name: string): Promise<Entry | undefined> => {
    const { nameAttribute, mailAttribute, idAttribute } = settings;
    const found = await search(client, settings.baseDn, fillFilter(settings.userFilter, '{name}', name), [
      nameAttribute,
      mailAttribute,
      idAttribute,
    ]);
    if (found.length > 1)
      throw new AssayError(
        'directory-refused',
        `the directory has ${found.length} entries for that name; its userFilter must find one`,
      );
    return found[0];
  };

  const groupsOf = async (client: Client, dn: string): Promise<string[]> => {
    if (settings.groups.length === 0) return [];
    const base = settings.groupBaseDn ?? settings.baseDn;
    const names = new Map<string, string>();
    let open = [dn];
    for (let depth = 0; open.length > 0 && depth < (settings.nested === 'recursive' ? MAX_DEPTH : 1); depth++) {
      const next: string[] = [];
      for (const member of open) {
        const filter =
          settings.nested === 'chain'
            ? fillFilter(`(member:${IN_CHAIN}:={dn})`, '{dn}', member)
            : fillFilter(settings.groupFilter, '{dn}', member);
        for (const entry of await search(client, base, filter, [settings.groupNameAttribute])) {
          if (names.has(entry.dn)) continue;
          names.set(entry.dn, text(entry[settings.groupNameAttribute]) ?? '');
          next.push(entry.dn);
          if (names.size > MAX_GROUPS)
            throw new AssayError('directory-refused', `the person is in more than ${MAX_GROUPS} groups`);
        }
      }
      open = next;
    }
    return [...names].flatMap(([dn, name]) => (name === '' ? [dn] : [dn, name]));
  };

  const personOf = async (client: Client, entry: Entry): Promise<DirectoryPerson> => ({
    externalId: idOf(entry, settings.idAttribute),
    name: (text(entry[settings.nameAttribute]) ?? '').toLowerCase(),
    email: text(entry[settings.mailAttribute]),
    groups: await groupsOf(client, entry.dn),
  });

  return {
    async check(name, given) {
      // A bind without a password is a bind as nobody, and succeeds (RFC 4513 section 5.1.2).
      if (given === '' || given.includes('\0')) return 'wrong';
      if (!isAskable(name)) return 'unknown';
      return withClient(async (client) => {
        const entry = await entryOf(client, name);
        const dn = entry?.dn ?? `cn=${randomBytes(8).toString('hex')},${settings.baseDn}`;
        try {
          await client.bind(dn, given);
        } catch (error) {
          if (error instanceof InvalidCredentialsError || (!entry && error instanceof ResultCodeError))
            return entry ? 'wrong' : 'unknown';
          throw error;
        }
        if (!entry) return 'unknown';
        await bindService(client);
        return personOf(client, entry);
      });
    },
    async find(name, externalId) {
      if (!isAskable(name)) return undefined;
      return withClient(async (client) => {
        const entry = await entryOf(client, name);
        if (!entry || idOf(entry, settings.idAttribute) !== externalId) return undefined;
        return personOf(client, entry);
      });
    },
    async test(name) {
      const steps: DirectoryTestStep[] = [];
      const step = async (title: string, work: () => Promise<string>): Promise<boolean> => {
        try {
          steps.push({ step: title, ok: true, detail: await work() });
          return true;
        } catch (error) {
          steps.push({ step: title, ok: false, detail: error instanceof Error ? error.message : String(error) });
          return false;
        }
      };
      const reached = await step('connect', () =>
        withClient(async () => (settings.bindDn ? `signed in as ${settings.bindDn}` : 'connected, without a bindDn')),
      );
      if (!reached) return steps;
      await step('search base', () =>
        withClient(async (client) => {
          try {
            await client.search(settings.baseDn, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'] });
          } catch (error) {
            if (error instanceof NoSuchObjectError)
              throw new AssayError('directory-refused', `there is no entry ${settings.baseDn}`);
            throw error;
          }
          return `${settings.baseDn} is there`;
        }),
      );
      if (name !== undefined && name !== '')
        await step(`find ${name.slice(0, 60)}`, () =>
          withClient(async (client) => {
            const entry = isAskable(name) ? await entryOf(client, name) : undefined;
            if (!entry) throw new AssayError('directory-refused', 'the userFilter finds nobody of that name');
            const person = await personOf(client, entry);
            return `${entry.dn}: name ${person.name || '(none)'}, mail ${person.email ?? '(none)'}, groups ${person.groups.join(' | ') || '(none)'}`;
          }),
        );
      return steps;
    },
  };
}

/** Whom the certificate must be for: a name in the handshake, or an address, which no handshake may carry (RFC 6066 section 3). */
function nameOf(url: string): { host: string } | { servername: string } {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? { servername: host } : { host };
}

function isAskable(name: string): boolean {
  return name !== '' && name.length <= MAX_NAME && !name.includes('\0');
}

function text(value: Entry[string] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  if (first === undefined) return undefined;
  const plain = typeof first === 'string' ? first : first.toString('utf8');
  return plain === '' ? undefined : plain;
}

/** The stable id of an entry; without one its name in the tree has to do. Active Directory's is bytes. */
function idOf(entry: Entry, attribute: string): string {
  const value = entry[attribute];
  const first = Array.isArray(value) ? value[0] : value;
  if (first === undefined || first.length === 0) return entry.dn.toLowerCase();
  if (typeof first === 'string') return first;
  const plain = first.toString('utf8');
  return /^[\x20-\x7e]+$/.test(plain) ? plain : first.toString('hex');
}

/** Refusals of LDAP and of the network in words; passwords are in none of them. */
function inWords(error: unknown): string {
  if (error instanceof ResultCodeError) return `${error.name} (LDAP ${error.code})`;
  const code = systemCode(error);
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    ETIMEDOUT: 'no answer in time',
    ECONNRESET: 'the connection was cut',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is from an authority that is not known here',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from an authority that is not known here',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an authority that is not known here',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is from an authority that is not known here',
  };
  return words[code ?? ''] ?? code ?? (error instanceof Error ? error.message.slice(0, 200) : 'failed');
}
