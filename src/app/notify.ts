import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { publicAddresses } from '../adapters/net/addresses.ts';
import { guardedHttp } from '../adapters/net/guarded-http.ts';
import type { Clock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import type { Database } from '../ports/database.ts';
import { Deliverer } from '../work/notify/deliverer.ts';
import { Digests } from '../work/notify/digests.ts';
import { Subscriptions } from '../work/notify/subscriptions.ts';
import { Webhooks } from '../work/notify/webhooks.ts';
import type { Config } from './settings.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 64 * 1024;
const MAX_REDIRECTS = 3;

/** Webhooks and mail: what is sent, and who is told. */
export async function openNotify(
  parts: { database: Database; clock: Clock; config: Config; service: string; log: Logger },
  stack: AsyncDisposableStack,
): Promise<{ webhooks: Webhooks; subscriptions: Subscriptions; sendsMail: boolean; start(): Promise<void> }> {
  const { database, clock, config, log } = parts;
  const rule = publicAddresses(config.outboundRanges);
  const source = config.publicUrl ?? `https://${parts.service}`;
  const post = guardedHttp({ rule, timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER, maxRedirects: MAX_REDIRECTS });
  const deliverer = new Deliverer({
    database,
    clock,
    source,
    post: (url, headers, body) => post({ method: 'POST', url, headers, body }),
    failed: (error) => log.error({ err: error }, 'a webhook could not be served'),
  });
  stack.adopt(deliverer, (each) => each.stop());
  const check = (url: URL) => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new AssayError('address-refused', 'a webhook has an https:// or http:// address');
    if (url.username !== '' || url.password !== '')
      throw new AssayError('address-refused', 'an address with a name or password in it is not asked');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !rule(host))
      throw new AssayError(
        'address-refused',
        `${host} is not a public address; an administrator can allow it with outboundRanges`,
      );
  };
  const digests = await openDigests(parts, source);
  if (digests) stack.adopt(digests, (each) => each.stop());
  return {
    webhooks: new Webhooks(database, clock, check, source),
    subscriptions: new Subscriptions(database, clock),
    sendsMail: digests !== undefined,
    async start() {
      await deliverer.start();
      digests?.start();
    },
  };
}

async function openDigests(
  { database, clock, config, log }: { database: Database; clock: Clock; config: Config; log: Logger },
  source: string,
): Promise<Digests | undefined> {
  if (config.smtp === undefined) return undefined;
  if (config.mailFrom === undefined) throw new AssayError('configuration-invalid', 'smtp and mailFrom belong together');
  const { smtpMailer } = await import('../adapters/smtp/smtp-mailer.ts');
  return new Digests({
    database,
    clock,
    source,
    mailer: smtpMailer(config.smtp, config.mailFrom),
    gatherMs: config.mailMinutes * 60_000,
    failed: (error) => log.error({ err: error }, 'mail could not be sent'),
  });
}
