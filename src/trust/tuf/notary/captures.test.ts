import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import type { Root, SignedFile, Targets } from '../metadata.ts';
import { requireThreshold } from '../signatures.ts';
import { notaryScheme, readNotary } from './read.ts';
import { parentOf } from './roles.ts';
import { assembleNotary } from './write.ts';
import { canonicalText } from '../canonical-json.ts';

const folder = join(import.meta.dirname, '../../../../../shared/data/notary-captures');
const skip = existsSync(folder) ? false : 'needs the captures of real Notary traffic';

function roleOf(file: string): string {
  const name = relative(folder, file).split('/').slice(1).join('/');
  if (name.startsWith('targets/')) return name.replace(/\.json$/, '');
  return /^(?:\d+\.)?(root|targets|snapshot|timestamp)\./.exec(basename(name))?.[1] ?? '';
}

test('every captured file of the real programs is read, verifies, and is written back byte for byte', { skip }, () => {
  const files = globSync(`${folder}/0*/**/*.json`).filter((file) => roleOf(file) !== '' && !file.includes('.key.'));
  assert.ok(files.length > 40, `${files.length} files`);
  let verified = 0;
  for (const file of files) {
    const raw = readFileSync(file);
    const role = roleOf(file);
    const signed = readNotary(role, raw);
    const again = JSON.parse(raw.toString()) as { signed: unknown; signatures: never[] };
    if (raw.toString().startsWith('{"signed"'))
      assert.equal(
        Buffer.from(assembleNotary(canonicalText(again.signed), again.signatures)).toString(),
        raw.toString(),
      );
    const base = file.slice(0, file.indexOf('/', folder.length + 1));
    const root = ['root.json', '1.root.json', 'root.at15.json', '7.root.json']
      .map((name) => join(base, name))
      .find((path) => existsSync(path));
    if (!root) continue;
    const { keys, roles } = (readNotary('root', readFileSync(root)) as SignedFile<Root>).signed;
    if (role in roles) {
      if (role === 'root' && signed.signed.version !== readNotary('root', readFileSync(root)).signed.version) continue;
      requireThreshold(role, signed, roles[role as 'root'], keys, notaryScheme);
      verified++;
    } else if (!base.includes('04-')) {
      const parent = join(dirname(file), '..', `${parentOf(role)}.json`);
      const delegations = (readNotary(parentOf(role), readFileSync(parent)) as SignedFile<Targets>).signed.delegations;
      const by = delegations?.roles.find((each) => each.name === role);
      assert.ok(by && delegations, `${role} is delegated`);
      requireThreshold(role, signed, by, delegations.keys, notaryScheme);
      verified++;
    }
  }
  assert.ok(verified > 30, `${verified} verified`);
});
