import { AssayError } from '../lib/error.ts';
import type { StoredKey } from '../ports/key-store.ts';
import { writePlainKeyFile, writeExportedKeyFile } from '../trust/keys/private-key-file.ts';
import { writePublicKeyFile } from '../trust/keys/public-key-file.ts';
import { issueRootCertificate } from '../trust/keys/root-certificate.ts';
import type { KeyRing } from '../work/keys/key-ring.ts';
import { oneKey } from '../work/keys/key-upkeep.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { writePrivateFile } from './key-output.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';

export const command: Command = {
  description:
    'Writes one key in the form that docker and notary read, sealed under its passphrase; or its public half, for whoever adds a signer.',
  args: [{ name: 'key', summary: 'id (its beginning will do) or role' }],
  options: [
    { flags: '--public', summary: 'the public half only' },
    {
      flags: '--certificate <repository>',
      summary: 'the certificate of a root key for registry/repository, for assay trust init, threshold and recover',
    },
    { flags: '--plain', summary: 'the private key in the open; think twice' },
    { flags: '--gun <name>', summary: 'the collection, when a role names several keys' },
    { flags: '--output <file>', summary: 'write to a new file (0600) instead of standard output' },
    storeOption,
    ...keyOptions,
  ],
  examples: [
    ['assay key export alice --public > alice.pub', 'what docker trust signer add --key takes'],
    [
      'assay key export root --certificate 127.0.0.1:5000/shop/app --output anna.crt',
      'what the other root holders add',
    ],
    ['assay key export root --output root.pem', 'for docker trust key load or notary key import'],
  ],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const collection = textOption(options, 'certificate');
    const forms = [options['public'] === true, options['plain'] === true, collection !== undefined];
    if (forms.filter(Boolean).length > 1)
      throw new AssayError('usage-invalid', '--public, --certificate and --plain are different things; take one');
    const ring = await openKeyRing(invocation);
    const key = await oneKey(ring, args[0] ?? '', textOption(options, 'gun'));
    const text =
      collection !== undefined
        ? await issueRootCertificate(await ring.open(key), collection, Date.now())
        : options['public'] === true
          ? await publicText(ring, key)
          : await privateText(ring, key, options['plain'] === true);
    const file = textOption(options, 'output');
    if (file === undefined) terminal.out(text.trimEnd());
    else writePrivateFile(file, text);
    return 0;
  },
};

async function publicText(ring: KeyRing, key: StoredKey): Promise<string> {
  const publicKey = key.publicKey ?? (await ring.open(key)).publicKey;
  return writePublicKeyFile(publicKey, key.role);
}

async function privateText(ring: KeyRing, key: StoredKey, plain: boolean): Promise<string> {
  const store = ring.store(key.store);
  const use = { role: key.role, ...(key.gun !== undefined && { gun: key.gun }) };
  return ring.unlock(key, async (passphrase) => {
    const read = await store.read(key.id, passphrase);
    if (plain) return writePlainKeyFile(read, use);
    return writeExportedKeyFile(read, use, key.sealed ? passphrase : await ring.passphrases.toSeal(use));
  });
}
