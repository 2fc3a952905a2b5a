import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { isAssayError } from '../src/lib/error.ts';
import type { TrustServer } from '../src/ports/trust-server.ts';
import { contentHash } from '../src/trust/tuf/content-hash.ts';
import { readNotaryAs } from '../src/trust/tuf/notary/read.ts';
import { dumpedCollection } from '../src/work/trust/owner/notary-dump.ts';
import { dumpedKeys } from '../src/work/trust/owner/signer-dump.ts';
import { takeOver } from '../src/work/trust/owner/take-over.ts';
import { type CraftKey, craft, craftKey, inYears, rootKey, rootOf, target, targetsOf } from './notary-craft.ts';

const GUN = "registry.example/o'reilly/app";
const PASSPHRASE = 'passphrase of the signer';

interface OldServer {
  readonly keys: { readonly timestamp: CraftKey; readonly snapshot: CraftKey };
  readonly files: readonly { readonly role: string; readonly version: number; readonly raw: Uint8Array }[];
  readonly root: Uint8Array;
}

function meta(raw: Uint8Array) {
  return { hashes: { sha256: Buffer.from(contentHash('sha256', raw), 'hex').toString('base64') }, length: raw.length };
}

/** What the tables of an old server hold: two versions of targets, and what it signed over them. */
async function oldServer(): Promise<OldServer> {
  const keys = { timestamp: craftKey(), snapshot: craftKey() };
  const [root, targets] = [await rootKey(GUN), craftKey()];
  const roles = { root: [root], targets: [targets], snapshot: keys.snapshot.json, timestamp: keys.timestamp.json };
  const rootFile = craft(rootOf(roles), root);
  const files = [{ role: 'root', version: 1, raw: rootFile }];
  for (const version of [1, 2]) {
    const file = craft(targetsOf(version, { targets: { [`v${version}`]: target() } }), targets);
    const online = { expires: inYears(1), version };
    const snapshot = craft(
      { _type: 'Snapshot', meta: { root: meta(rootFile), targets: meta(file) }, ...online },
      keys.snapshot,
    );
    const timestamp = craft({ _type: 'Timestamp', meta: { snapshot: meta(snapshot) }, ...online }, keys.timestamp);
    files.push(
      { role: 'targets', version, raw: file },
      { role: 'snapshot', version, raw: snapshot },
      { role: 'timestamp', version, raw: timestamp },
    );
  }
  return { keys, files, root: rootFile };
}

type Value = string | number | Uint8Array | null;
type Style = (table: string, columns: readonly string[], rows: readonly (readonly Value[])[]) => string;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const styles: Readonly<Record<string, Style>> = {
  'pg_dump, COPY'(table, columns, rows) {
    const cell = (value: Value) =>
      value === null ? '\\N' : value instanceof Uint8Array ? `\\\\x${hex(value)}` : String(value);
    const lines = rows.map((row) => row.map(cell).join('\t'));
    return `COPY public.${table} (${columns.join(', ')}) FROM stdin;\n${lines.join('\n')}\n\\.\n`;
  },
  mysqldump(table, columns, rows) {
    const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('"', '\\"')}'`;
    const cell = (value: Value) =>
      value === null
        ? 'NULL'
        : value instanceof Uint8Array
          ? `_binary ${text(Buffer.from(value).toString('latin1'))}`
          : typeof value === 'number'
            ? String(value)
            : text(value);
    const definitions = columns.map((column) => `  \`${column}\` longblob`).join(',\n');
    const values = rows.map((row) => `(${row.map(cell).join(',')})`).join(',');
    return `-- MySQL dump 10.13\nCREATE TABLE \`${table}\` (\n${definitions},\n  PRIMARY KEY (\`id\`)\n);\nINSERT INTO \`${table}\` VALUES ${values};\n`;
  },
  'sqlite3 .dump'(table, columns, rows) {
    const cell = (value: Value) =>
      value === null
        ? 'NULL'
        : value instanceof Uint8Array
          ? `X'${hex(value)}'`
          : typeof value === 'number'
            ? String(value)
            : `'${value.replaceAll("'", "''")}'`;
    const definitions = columns.map((column) => `"${column}" blob`).join(',');
    const inserts = rows.map((row) => `INSERT INTO ${table} VALUES(${row.map(cell).join(',')});`).join('\n');
    return `PRAGMA foreign_keys=OFF;\nCREATE TABLE "${table}" (${definitions});\n${inserts}\nCOMMIT;\n`;
  },
};

const FILE_COLUMNS = ['id', 'deleted_at', 'gun', 'role', 'version', 'data'] as const;
const KEY_COLUMNS = ['id', 'deleted_at', 'key_id', 'passphrase_alias', 'gun', 'role', 'private'] as const;

async function sealed(key: CraftKey['private'], passphrase = PASSPHRASE): Promise<Uint8Array> {
  const der = key.export({ type: 'sec1', format: 'der' });
  const jwe = new CompactEncrypt(der)
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c: 8192, p2s: Buffer.alloc(12, 7) });
  return Buffer.from(await jwe.encrypt(Buffer.from(passphrase)));
}

for (const [name, style] of Object.entries(styles))
  describe(`a notary-server’s and notary-signer’s databases by ${name}`, () => {
    test('the newest of every role, the roots, and the keys that the root names', async () => {
      const old = await oldServer();
      const rows = old.files.map(({ role, version, raw }, at) => [at, null, GUN, role, version, raw]);
      const removed = [90, '2020-01-01 00:00:00', GUN, 'targets', 9, Buffer.from('{}')];
      const other = [91, null, 'registry.example/other', 'root', 1, Buffer.from('{}')];
      const dump = Buffer.from(style('tuf_files', FILE_COLUMNS, [...rows, removed, other]), 'latin1');
      const stranger = craftKey();
      const keys = [
        [1, null, old.keys.timestamp.id, 'shelf_1', GUN, 'timestamp', await sealed(old.keys.timestamp.private)],
        [2, null, old.keys.snapshot.id, 'shelf_1', GUN, 'snapshot', await sealed(old.keys.snapshot.private)],
        [3, null, stranger.id, 'shelf_2', 'registry.example/other', 'snapshot', await sealed(stranger.private, 'x')],
      ] as const;
      const signerDump = Buffer.from(style('private_keys', KEY_COLUMNS, keys), 'latin1');

      const parts = new Map<string, Uint8Array>();
      const to = {
        importCollection: async (given: readonly { name: string; raw: Uint8Array }[]) => {
          for (const each of given) parts.set(each.name, each.raw);
        },
      } as unknown as TrustServer;
      const taken = await takeOver(dumpedCollection(dump, GUN), to, Date.now(), (root) =>
        dumpedKeys(signerDump, root, (alias) => (alias === 'shelf_1' ? PASSPHRASE : undefined)),
      );
      assert.deepEqual(taken, { roots: 1, roles: 3, keys: ['timestamp', 'snapshot'] });
      assert.deepEqual([...parts.keys()].sort(), [
        '1.root',
        'snapshot',
        'snapshot.key',
        'targets',
        'timestamp',
        'timestamp.key',
      ]);
      for (const role of ['targets', 'snapshot', 'timestamp'])
        assert.deepEqual(
          Buffer.from(parts.get(role)!),
          Buffer.from(old.files.find((file) => file.role === role && file.version === 2)!.raw),
          `${role} byte for byte`,
        );
      const expected = old.keys.timestamp.private.export({ type: 'pkcs8', format: 'der' });
      assert.deepEqual(Buffer.from(parts.get('timestamp.key')!), expected);
    });

    test('what is not there, or not opened, is told', async () => {
      const old = await oldServer();
      const root = readNotaryAs('root', 'root', old.root).signed;
      const dumpOf = (bytes: Uint8Array) =>
        Buffer.from(
          style('private_keys', KEY_COLUMNS, [[1, null, old.keys.timestamp.id, 'shelf', GUN, 'timestamp', bytes]]),
          'latin1',
        );
      const good = dumpOf(await sealed(old.keys.timestamp.private));
      const pass = () => PASSPHRASE;
      const refusals: readonly (readonly [dump: Buffer, passphrase: () => string | undefined, code: string])[] = [
        [good, () => undefined, 'key-locked'],
        [good, () => 'another', 'key-locked'],
        [dumpOf(await sealed(craftKey().private)), pass, 'key-invalid'],
        [dumpOf(Buffer.from('no.jwe')), pass, 'key-locked'],
      ];
      for (const [dump, passphrase, code] of refusals)
        await assert.rejects(dumpedKeys(dump, root, passphrase), (error) => isAssayError(error) && error.code === code);
      const files = Buffer.from(style('tuf_files', FILE_COLUMNS, [[1, null, GUN, 'root', 1, old.root]]), 'latin1');
      assert.throws(() => dumpedCollection(files, 'registry.example/x'), {
        code: 'trust-missing',
        message: /it has registry\.example\/o'reilly\/app/,
      });
      assert.throws(() => dumpedCollection(good, GUN), { code: 'trust-missing' });
    });
  });
