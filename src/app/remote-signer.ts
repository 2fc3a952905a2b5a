import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { listenSigner, type MutualTls } from '../adapters/signer/tls.ts';
import type { SignerOptions, RunningSigner } from '../cli/command.ts';
import { AssayError } from '../lib/error.ts';
import type { Config } from './settings.ts';
import { packageRoot, packageVersion } from './root.ts';
import { openSigner, storeKeyFile } from './signer.ts';

/** Starts the signing service as a process of its own, which servers reach over mutual TLS. */
export async function serveRemoteSigner(
  options: SignerOptions,
  environment: NodeJS.ProcessEnv,
  told: (line: string) => void,
): Promise<RunningSigner> {
  const stack = new AsyncDisposableStack();
  try {
    const directory = resolve(options.directory);
    const signer = stack.use(
      await openSigner({
        directory,
        version: packageVersion(packageRoot()),
        keys: options.pkcs11 ?? { storeKeyFile: storeKeyFile(options.storeKey, environment) },
      }),
    );
    const tls = readTls(options.certificate, options.key, options.clientCa);
    const at = splitAddress(options.listen);
    const listener = stack.use(await listenSigner(at, tls, options.clients, signer.service, told));
    const { backend, keys } = await signer.service.health();
    const moved = stack.move();
    const host = at.host.includes(':') ? `[${at.host}]` : at.host;
    return { address: `${host}:${listener.port}`, directory, backend, keys, stop: () => moved.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Address and credentials of a signing service elsewhere, when the configuration names one. */
export function remoteSigner(
  config: Pick<Config, 'signerAddress' | 'signerCertificate' | 'signerKey' | 'signerCa'>,
): { at: { host: string; port: number }; tls: MutualTls } | undefined {
  const { signerAddress, signerCertificate, signerKey, signerCa } = config;
  const given = [signerAddress, signerCertificate, signerKey, signerCa];
  if (given.every((each) => each === undefined)) return undefined;
  if (
    signerAddress === undefined ||
    signerCertificate === undefined ||
    signerKey === undefined ||
    signerCa === undefined
  )
    throw new AssayError(
      'configuration-invalid',
      'signerAddress, signerCertificate, signerKey and signerCa belong together',
    );
  return { at: splitAddress(signerAddress), tls: readTls(signerCertificate, signerKey, signerCa) };
}

function readTls(certificate: string, key: string, authority: string): MutualTls {
  return { certificate: readPem(certificate), key: readPem(key), authority: readPem(authority) };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('configuration-invalid', `cannot read ${path}`, { cause });
  }
}

function splitAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(address);
  if (!match) throw new AssayError('configuration-invalid', `${address} is not an address; write it as host:port`);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}
