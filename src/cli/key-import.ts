import { readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import type { KeyStoreName } from '../ports/key-store.ts';
import { importKeys } from '../work/keys/key-upkeep.ts';
import { formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { keyJson, keyTable } from './key-output.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';

export const command: Command = {
  description:
    'Takes private keys from PEM files: those of docker and notary, PKCS#8, EC and RSA keys of other tools. A sealed key keeps its passphrase; one that lies in the open gets a new one.',
  args: [{ name: 'files...', summary: 'key files, such as those of docker trust or notary key export' }],
  options: [
    {
      flags: '--role <name>',
      summary: 'what the key is for, when its file does not say: root, targets or a signer’s name',
    },
    { flags: '--gun <name>', summary: 'the collection that it is for' },
    storeOption,
    formatOption,
    ...keyOptions,
  ],
  examples: [
    ['assay key import alice.pem --role alice', 'a key that openssl made'],
    ['assay key import exported.pem --store docker', 'what notary key export wrote, for docker to use'],
  ],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const ring = await openKeyRing({ ...invocation, options: { ...options, store: undefined } });
    const role = textOption(options, 'role');
    const gun = textOption(options, 'gun');
    const use = { ...(role !== undefined && { role }), ...(gun !== undefined && { gun }) };
    const store = (textOption(options, 'store') ?? 'assay') as KeyStoreName;
    const keys = [];
    for (const file of args) keys.push(...(await importKeys(ring, readText(file), { use, store })));
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, items: keys.map(keyJson) }, null, 2));
    else terminal.out(keyTable(terminal, keys));
    return 0;
  },
};

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${path}`, { cause });
  }
}
