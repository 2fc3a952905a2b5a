import { parseCertificateRule } from '../access/certificate-rules.ts';
import { ClientCertificates } from '../http/client-certificates.ts';
import type { Clock } from '../lib/clock.ts';
import type { Config } from './settings.ts';

/** Sign-in by client certificates, when the configuration names authorities for them. */
export function openClientCertificates(config: Config, clock: Clock): ClientCertificates | undefined {
  const rules = config.clientCertificateAccounts.map(parseCertificateRule);
  if (config.clientAuthorities === undefined) return undefined;
  return new ClientCertificates({ required: config.clientCertificates === 'required', rules, clock });
}
