import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { Listener, TlsMaterial } from '../http/listener.ts';
import type { Config } from './settings.ts';

const RENEWAL_CHECK_MS = 3600_000;
/** Looking at the files themselves sees links that are swapped, as Kubernetes does it, where notifications do not. */
const LOOK_MS = 2000;

/**
 * Puts new certificates in force without a restart: a given one, and what clients' are checked against, when the files
 * change or SIGHUP comes, the own authority's before it ends, one from elsewhere when what is returned is called. One that cannot be used is said and leaves the old one in force.
 */
export function reloadTls(
  parts: { config: Config; listener: Listener; material: () => TlsMaterial; log: Logger },
  stack: AsyncDisposableStack,
): () => void {
  const { config, listener, material, log } = parts;
  let inForce = material();
  const reload = () => {
    try {
      const next = material();
      if (JSON.stringify(next) === JSON.stringify(inForce)) return;
      listener.replaceTls(next);
      inForce = next;
      log.info('a new certificate, or new authorities and revocations of clients, are in force');
    } catch (error) {
      log.error({ err: error }, 'what TLS was given anew cannot be used; the old stays in force');
    }
  };
  const renewal = setInterval(reload, RENEWAL_CHECK_MS).unref();
  stack.defer(() => clearInterval(renewal));
  const files = [config.tlsCertificate, config.tlsKey, config.clientAuthorities, config.clientRevocations].filter(
    (file) => file !== undefined,
  );
  if (files.length === 0) return reload;
  for (const file of files) {
    watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
    stack.defer(() => unwatchFile(file, reload));
  }
  process.on('SIGHUP', reload);
  stack.defer(() => void process.off('SIGHUP', reload));
  return reload;
}
