import { unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Listener, TlsMaterial } from '../http/listener.ts';
import type { Config } from './config.ts';

const RENEWAL_CHECK_MS = 3600_000;
/** Looking at the files themselves sees links that are swapped, as Kubernetes does it, where notifications do not. */
const LOOK_MS = 2000;

/**
 * Puts new certificates in force without a restart: a given one when its files change or SIGHUP comes, the own
 * authority's before it ends. One that cannot be used is said and leaves the old one in force.
 */
export function reloadTls(
  parts: { config: Config; listener: Listener; material: () => TlsMaterial; log: Logger },
  stack: AsyncDisposableStack,
): void {
  const { config, listener, material, log } = parts;
  let inForce = material();
  const reload = () => {
    try {
      const next = material();
      if (next.cert === inForce.cert && next.key === inForce.key) return;
      // Throws for a key of another certificate, as when one of the two files is written and the other not yet.
      createSecureContext({ cert: next.cert, key: next.key });
      listener.replaceTls(next);
      inForce = next;
      log.info('a new certificate is in force');
    } catch (error) {
      log.error({ err: error }, 'the new certificate cannot be used; the old one stays in force');
    }
  };
  const renewal = setInterval(reload, RENEWAL_CHECK_MS).unref();
  stack.defer(() => clearInterval(renewal));
  const files = [config.tlsCertificate, config.tlsKey].filter((file) => file !== undefined);
  if (files.length === 0) return;
  for (const file of files) {
    watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
    stack.defer(() => unwatchFile(file, reload));
  }
  process.on('SIGHUP', reload);
  stack.defer(() => void process.off('SIGHUP', reload));
}
