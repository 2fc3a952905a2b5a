import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'];

/** The PKCS#11 module of SoftHSM 2, where it is installed. */
export const softHsmModule = MODULES.find((path) => existsSync(path));

/** Why a test with a token cannot run here, or false. */
export const withoutToken = softHsmModule === undefined ? 'SoftHSM 2 (softhsm2) is not installed' : false;

export const TOKEN_PIN = '246810';
export const TOKEN_LABEL = 'assay test';

/** A token of its own in software; SOFTHSM2_CONF must name its configuration. */
export interface SoftToken extends Disposable {
  readonly module: string;
  readonly environment: { readonly SOFTHSM2_CONF: string };
  /** Makes another token beside the first. */
  add(label: string): void;
}

export function softToken(): SoftToken {
  const folder = mkdtempSync(join(tmpdir(), 'assay-token-'));
  mkdirSync(join(folder, 'tokens'));
  const configuration = join(folder, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF: configuration };
  const add = (label: string) =>
    void execFileSync(
      'softhsm2-util',
      ['--init-token', '--free', '--label', label, '--pin', TOKEN_PIN, '--so-pin', '12345678'],
      { env: { ...process.env, ...environment }, stdio: 'pipe' },
    );
  add(TOKEN_LABEL);
  return {
    module: softHsmModule ?? '',
    environment,
    add,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
