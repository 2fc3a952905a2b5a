import { AssayError } from '../lib/error.ts';
import type { KeyStoreName } from '../ports/key-store.ts';
import { type KeyAlgorithm, keyAlgorithms } from '../trust/keys/algorithm.ts';
import { writePublicKeyFile } from '../trust/keys/public-key-file.ts';
import { formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { keyJson, writePrivateFile } from './key-output.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';
import { printable } from './terminal.ts';

/** A role's word, or a signer's name as docker allows it. */
const ROLE = /^(?:root|targets|snapshot|[a-z0-9][a-z0-9_-]*|targets\/[a-z0-9_/-]+)$/;

export const command: Command = {
  description:
    'Makes a key and keeps it sealed under a passphrase: a root key, a targets (repository) key, or that of a signer. Its public half goes to whoever adds the signer.',
  args: [{ name: 'role', summary: 'root, targets, or a signer’s name' }],
  options: [
    { flags: '--gun <name>', summary: 'the collection that a targets key is for, as registry/repository' },
    {
      flags: '--algorithm <name>',
      summary: 'ecdsa-p256, which every client reads, when absent',
      choices: keyAlgorithms,
    },
    storeOption,
    { flags: '--public-key <file>', summary: 'write the public half to this file' },
    formatOption,
    ...keyOptions,
  ],
  examples: [
    ['assay key generate root', 'the root of your own trust; back it up at once'],
    ['assay key generate alice --public-key alice.pub', 'a signer’s key, and the half to hand over'],
    ['assay key generate alice --store docker', 'one that docker signs with too'],
  ],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const role = args[0] ?? '';
    if (!ROLE.test(role) || role === 'releases')
      throw new AssayError(
        'usage-invalid',
        `${role} is not a role: root, targets, or a name of lower-case letters, digits, - and _`,
      );
    const gun = textOption(options, 'gun');
    const ring = await openKeyRing({ ...invocation, options: { ...options, store: undefined } });
    const first = (await ring.list()).length === 0;
    const store = (textOption(options, 'store') ?? 'assay') as KeyStoreName;
    const algorithm = (textOption(options, 'algorithm') ?? 'ecdsa-p256') as KeyAlgorithm;
    const use = { role, ...(gun !== undefined && { gun }) };
    const { stored, publicKey } = await ring.generate({ use, algorithm, store });
    const file = textOption(options, 'publicKey');
    if (file !== undefined) writePrivateFile(file, writePublicKeyFile(publicKey, role), 0o644);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...keyJson(stored) }, null, 2));
    else terminal.out(`${printable(role)} key ${stored.id}\n  in ${printable(stored.location)}`);
    if (role === 'root' || first)
      terminal.err(
        store === 'pkcs11'
          ? 'A key on a token has no backup. Make a second root key on another token before you need it.'
          : 'Nobody can make this key again. Back it up now: assay key backup FILE, and keep the file elsewhere.',
      );
    return 0;
  },
};
