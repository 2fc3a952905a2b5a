import { readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import type { Command, SignerOptions } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Runs the signing service on its own, on this or another machine: it holds the timestamp and snapshot keys of content trust and signs nothing else. Servers reach it over TLS, each side with a certificate. Without it, a server runs one as a child.',
  options: [
    { flags: '--listen <address>', summary: 'host:port, 127.0.0.1:7899 when absent' },
    { flags: '--certificate <file>', summary: 'certificate of this service, PEM' },
    { flags: '--key <file>', summary: 'its key, PEM' },
    { flags: '--client-ca <file>', summary: 'authority of the servers’ certificates, PEM' },
    {
      flags: '--client <name>',
      summary: 'common name that a server’s certificate must have; may be given several times',
      many: true,
    },
    { flags: '--directory <folder>', summary: 'where the sealed keys are, ./assay-signer when absent' },
    {
      flags: '--store-key <file>',
      summary:
        'key that seals them (32 bytes in base64); else the systemd credential assay-store-key, else one made in the folder',
    },
    { flags: '--pkcs11 <module>', summary: 'keep the keys on a PKCS#11 token instead' },
    {
      flags: '--sealed',
      summary: 'with --pkcs11: keep the keys in sealed files, and only what opens them on the token (an RSA key)',
    },
    { flags: '--token <label>', summary: 'label or serial number of the token' },
    { flags: '--pin-file <file>', summary: 'the token’s PIN (else ASSAY_PKCS11_PIN)' },
  ],
  examples: [
    ['assay signer certificates ./certificates --name signer.example', 'once: what both sides need'],
    [
      'assay signer --listen 0.0.0.0:7899 --certificate signer.crt --key signer.key --client-ca ca.crt',
      'run it; the server gets signerAddress, signerCertificate, signerKey and signerCa',
    ],
  ],
  async run({ options, terminal, open, environment }) {
    const module = textOption(options, 'pkcs11');
    const given: SignerOptions = {
      listen: textOption(options, 'listen') ?? '127.0.0.1:7899',
      certificate: required(options, 'certificate', '--certificate'),
      key: required(options, 'key', '--key'),
      clientCa: required(options, 'clientCa', '--client-ca'),
      clients: (options['client'] as string[] | undefined) ?? [],
      directory: textOption(options, 'directory') ?? './assay-signer',
      storeKey: textOption(options, 'storeKey'),
      pkcs11:
        module === undefined
          ? undefined
          : {
              module,
              token: textOption(options, 'token'),
              pin: pin(textOption(options, 'pinFile'), environment),
              sealed: options['sealed'] === true,
            },
    };
    const signer = await open.signer(given, environment, (line) => terminal.err(printable(line)));
    terminal.out(`Assay signs on ${signer.address}`);
    terminal.out(`${signer.keys} keys, ${printable(signer.backend)}, in ${printable(signer.directory)}`);
    const signal = await new Promise<string>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
    });
    terminal.err(`stopping on ${signal} …`);
    await signer.stop();
    return 0;
  },
};

function required(options: Readonly<Record<string, unknown>>, name: string, flag: string): string {
  const value = textOption(options, name);
  if (value === undefined)
    throw new AssayError('usage-invalid', `${flag} is missing; assay signer certificates makes what both sides need`);
  return value;
}

function pin(file: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (file === undefined) {
    const given = environment['ASSAY_PKCS11_PIN'];
    if (given) return given;
    throw new AssayError('usage-invalid', 'the token wants its PIN: --pin-file or ASSAY_PKCS11_PIN');
  }
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0]!;
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${file}`, { cause });
  }
}
