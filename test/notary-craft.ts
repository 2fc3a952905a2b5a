import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { issueRootCertificate } from '../src/trust/keys/root-certificate.ts';
import { softwareSigner } from '../src/trust/keys/software-signer.ts';
import { canonicalText } from '../src/trust/tuf/canonical-json.ts';
import { notaryCertificateKey, notaryKey, type NotaryKey, notaryKeyId } from '../src/trust/tuf/notary/key.ts';
import { assembleNotary } from '../src/trust/tuf/notary/write.ts';
import type { TestServer } from './server.ts';

/** A P-256 key with its names in Notary's metadata, for tests that craft files good and bad. */
export interface CraftKey {
  readonly private: KeyObject;
  readonly json: NotaryKey;
  readonly id: string;
}

export function craftKey(): CraftKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const json = notaryKey(publicKey);
  return { private: privateKey, json, id: notaryKeyId(json) };
}

/** A root key under a certificate of this common name. */
export async function rootKey(commonName: string, at = Date.now(), base = craftKey()): Promise<CraftKey> {
  const json = notaryCertificateKey(await issueRootCertificate(softwareSigner(base.private), commonName, at));
  return { private: base.private, json, id: notaryKeyId(json) };
}

type Json = Record<string, unknown>;

/** A file of Notary v1 over any content, signed by these keys. */
export function craft(signed: Json, ...keys: CraftKey[]): Uint8Array {
  const text = canonicalText(signed);
  const bytes = Buffer.from(text);
  return assembleNotary(
    text,
    keys.map(({ private: key, id }) => ({
      keyid: id,
      method: 'ecdsa',
      sig: sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64'),
    })),
  );
}

const YEAR = 365 * 24 * 3600_000;
export const inYears = (years: number): string => new Date(Date.now() + years * YEAR).toISOString();
export const yesterday = (): string => new Date(Date.now() - 24 * 3600_000).toISOString();

export interface CraftRoles {
  readonly root: CraftKey[];
  readonly targets: CraftKey[];
  readonly snapshot: NotaryKey;
  readonly timestamp: NotaryKey;
}

export function rootOf(roles: CraftRoles, version = 1, more: Json = {}): Json & { roles: Json; keys: Json } {
  const all = [
    ...roles.root.map((key) => key.json),
    ...roles.targets.map((key) => key.json),
    roles.snapshot,
    roles.timestamp,
  ];
  const role = (keys: NotaryKey[]) => ({ keyids: keys.map(notaryKeyId), threshold: 1 });
  return {
    _type: 'Root',
    consistent_snapshot: false,
    expires: inYears(10),
    keys: Object.fromEntries(all.map((key) => [notaryKeyId(key), key])),
    roles: {
      root: role(roles.root.map((key) => key.json)),
      targets: role(roles.targets.map((key) => key.json)),
      snapshot: role([roles.snapshot]),
      timestamp: role([roles.timestamp]),
    },
    version,
    ...more,
  };
}

export function targetsOf(version = 1, more: Json = {}): Json {
  return {
    _type: 'Targets',
    delegations: { keys: {}, roles: [] },
    expires: inYears(3),
    targets: {},
    version,
    ...more,
  };
}

export function delegations(
  ...roles: { name: string; keys: CraftKey[]; paths?: string[]; threshold?: number }[]
): Json {
  return {
    keys: Object.fromEntries(roles.flatMap((role) => role.keys.map((key) => [key.id, key.json]))),
    roles: roles.map(({ name, keys, paths = [''], threshold = 1 }) => ({
      keyids: keys.map((key) => key.id),
      name,
      paths,
      threshold,
    })),
  };
}

export function target(length = 4, sha256 = Buffer.alloc(32, 7)): Json {
  return { hashes: { sha256: sha256.toString('base64') }, length };
}

/** Posts parts as docker does; the parts come in the order given. */
export async function publish(
  server: TestServer,
  gun: string,
  parts: readonly (readonly [role: string, raw: Uint8Array | string])[],
  as?: string,
): Promise<{ status: number; text: string }> {
  const form = new FormData();
  for (const [role, raw] of parts)
    form.append('files', new Blob([Buffer.from(raw)], { type: 'application/octet-stream' }), role);
  const body = parts.length === 0 ? '--x--\r\n' : form;
  const response = await server.fetch(`/v2/${gun}/_trust/tuf/`, {
    method: 'POST',
    body,
    ...(parts.length === 0 && { headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
    ...(as !== undefined && { as }),
  });
  return { status: response.status, text: await response.text() };
}

export async function serverKey(server: TestServer, gun: string, role: string, method = 'GET'): Promise<NotaryKey> {
  const response = await server.fetch(`/v2/${gun}/_trust/tuf/${role}.key`, { method });
  if (response.status !== 200) throw new Error(`${role}.key: ${response.status} ${await response.text()}`);
  const { keytype, keyval } = (await response.json()) as { keytype: string; keyval: { public: string } };
  return { keytype, keyval: { private: null, public: keyval.public } };
}

/** The roles of a new collection, with the server's keys. */
export async function newRoles(server: TestServer, gun: string, commonName = gun): Promise<CraftRoles> {
  return {
    root: [await rootKey(commonName)],
    targets: [craftKey()],
    snapshot: await serverKey(server, gun, 'snapshot'),
    timestamp: await serverKey(server, gun, 'timestamp'),
  };
}
