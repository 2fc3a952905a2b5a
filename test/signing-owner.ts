import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyCommandResult, KeyOwner } from './key-owner.ts';
import { ADMIN_PASSWORD, type TestServer } from './server.ts';

const PASSPHRASES = {
  ASSAY_ROOT_PASSPHRASE: 'root passphrase 1',
  ASSAY_REPOSITORY_PASSPHRASE: 'repository passphrase 1',
};

/** Somebody who is signed in at a server and signs there with keys of their own. */
export interface SigningOwner {
  readonly home: string;
  assay(args: readonly string[]): Promise<KeyCommandResult>;
  /** What a command that must succeed printed. */
  succeed(args: readonly string[]): Promise<string>;
}

export function signingOwner(owner: KeyOwner, server: TestServer, directory = server.directory): SigningOwner {
  mkdirSync(join(owner.home, '.docker'), { recursive: true });
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(owner.home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const authority = ['--tls-ca', join(directory, 'tls', 'ca.crt')];
  const assay = (args: readonly string[]) =>
    owner.assay([...args, ...(args[0] === 'key' ? [] : authority)], PASSPHRASES);
  return {
    home: owner.home,
    assay,
    succeed: async (args) => {
      const { status, out, err } = await assay(args);
      assert.equal(status, 0, `${args.join(' ')}: ${err}`);
      return out;
    },
  };
}
