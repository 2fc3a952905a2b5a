import { generateKey } from '../src/trust/keys/algorithm.ts';
import { keyFromSpki } from '../src/trust/keys/public-key.ts';
import { issueRootCertificate } from '../src/trust/keys/root-certificate.ts';
import { softwareSigner } from '../src/trust/keys/software-signer.ts';
import { notaryCertificateKey, notaryKey, type NotaryKey, notaryKeyId } from '../src/trust/tuf/notary/key.ts';
import { notaryTime, plainSigner, writeNotary } from '../src/trust/tuf/notary/write.ts';
import type { TestServer } from './server.ts';

const YEAR = 365 * 24 * 3600_000;

/** A manifest as trust metadata names it. */
export interface SignedManifest {
  readonly tag: string;
  readonly digest: string;
  readonly size: number;
}

/** An owner who publishes to a server with requests of their own, one version of the targets after the other. */
export interface NotaryPublisher {
  readonly gun: string;
  /** Publishes targets of this version with so many tags; the first time with the root. Returns the status. */
  publish(version: number, tags: number): Promise<{ status: number; text: string }>;
  /** Publishes targets of this version that sign these manifests under their tags. */
  sign(version: number, targets: readonly SignedManifest[]): Promise<{ status: number; text: string }>;
  get(file: string): Promise<{ status: number; bytes: Buffer }>;
  /** Has the server make a new key for the role, and publishes a root that names it. */
  rotate(role: 'timestamp' | 'snapshot'): Promise<{ status: number; text: string }>;
  /** The same owner at another server that holds the collection. */
  at(server: TestServer): Omit<NotaryPublisher, 'at'>;
}

/** Makes keys and a root that names the server's keys for timestamp and snapshot. */
export async function notaryPublisher(
  server: TestServer,
  gun: string,
  targetsKey?: Awaited<ReturnType<typeof generateKey>>,
): Promise<NotaryPublisher> {
  const [root, targets] = [
    softwareSigner(await generateKey('ecdsa-p256')),
    softwareSigner(targetsKey ?? (await generateKey('ecdsa-p256'))),
  ];
  const url = `/v2/${gun}/_trust/tuf/`;
  const serverKey = async (role: string): Promise<NotaryKey> => {
    const { keyval } = (await (await server.fetch(`${url}${role}.key`)).json()) as { keyval: { public: string } };
    return notaryKey(keyFromSpki(Buffer.from(keyval.public, 'base64'))!);
  };
  const keys: Record<string, NotaryKey> = {
    root: notaryCertificateKey(await issueRootCertificate(root, gun, Date.now())),
    targets: notaryKey(targets.publicKey),
    timestamp: await serverKey('timestamp'),
    snapshot: await serverKey('snapshot'),
  };
  const expires = notaryTime(Date.now() + YEAR);
  const rootFile = (version: number) =>
    writeNotary(
      {
        _type: 'Root',
        consistent_snapshot: false,
        expires,
        keys: Object.fromEntries(Object.values(keys).map((key) => [notaryKeyId(key), key])),
        roles: Object.fromEntries(
          Object.entries(keys).map(([role, key]) => [role, { keyids: [notaryKeyId(key)], threshold: 1 }]),
        ),
        version,
      },
      [{ keyId: notaryKeyId(keys['root']!), signer: root }],
    );
  let rootVersion = 0;
  const at = (server: TestServer): Omit<NotaryPublisher, 'at'> => ({
    gun,
    publish(version, tags) {
      return this.sign(
        version,
        Array.from({ length: tags }, (_, at) => ({
          tag: `v${at}`,
          digest: `sha256:${Buffer.alloc(32, version + at).toString('hex')}`,
          size: 100 + at,
        })),
      );
    },
    async sign(version, some) {
      const entries = some.map(({ tag, digest, size }) => [
        tag,
        { hashes: { sha256: Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64') }, length: size },
      ]);
      const file = await writeNotary(
        {
          _type: 'Targets',
          delegations: { keys: {}, roles: [] },
          expires,
          targets: Object.fromEntries(entries),
          version,
        },
        [plainSigner(targets)],
      );
      const form = new FormData();
      if (rootVersion === 0) form.append('files', new Blob([Buffer.from(await rootFile(1))]), 'root');
      form.append('files', new Blob([Buffer.from(file)]), 'targets');
      const response = await server.fetch(url, { method: 'POST', body: form });
      if (response.ok) rootVersion ||= 1;
      return { status: response.status, text: await response.text() };
    },
    async rotate(role) {
      const answer = await server.fetch(`${url}${role}.key`, { method: 'POST' });
      const { keyval } = (await answer.json()) as { keyval: { public: string } };
      keys[role] = notaryKey(keyFromSpki(Buffer.from(keyval.public, 'base64'))!);
      const form = new FormData();
      form.append('files', new Blob([Buffer.from(await rootFile(++rootVersion))]), 'root');
      const response = await server.fetch(url, { method: 'POST', body: form });
      return { status: response.status, text: await response.text() };
    },
    async get(file) {
      const response = await server.fetch(url + file);
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    },
  });
  return { ...at(server), at };
}
