import { entropy } from './checks.ts';
import { isPlaceholder, type Sighting, type Spot } from './rule.ts';

const SCHEME = /(?:^|[^A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,30})$/;
const LONGEST = 400;
/** RFC 2606: names for examples and tests. */
const EXAMPLE_HOST = /(?:^|\.)example\.(?:com|org|net)(?::\d+)?$|\.(?:example|test|invalid)(?::\d+)?$/i;
/** Databases and brokers: their passwords open what they hold. */
const STORES =
  /^(?:postgres(?:ql)?|mysql2?|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|sqlserver|mssql|clickhouse|cockroachdb|couchdb|kafka|nats|ldaps?|oracle|influxdb|neo4j|cassandra)/i;
const WORDS =
  /^(?:pass|password|passwd|pwd|secret|user|username|root|admin|test|guest|foo|bar|baz|pw|p|token|key|api|none|null|hunter2|letmein|pass(?:word)?123|pswd|mypass|mypassword|my-password|s3cret|postgres|mysql|redis|mongo)$/i;

/** `scheme://user:password@host` (RFC 3986, section 3.2.1), where the password is no word that stands for one. */
export function urlPassword({ text, at }: Spot): Sighting | undefined {
  const start = at + 3;
  const end = endOfAuthority(text, start);
  const host = text.lastIndexOf('@', end - 1);
  if (host <= start) return undefined;
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon > host - 2) return undefined;
  const password = decoded(text.slice(colon + 1, host));
  if (/[\s"'<>{}()\\|^`]/.test(text.slice(start, end)) || isPlaceholder(password) || WORDS.test(password))
    return undefined;
  if (/^[A-Z_]+$/.test(password) || password.length < 4 || EXAMPLE_HOST.test(text.slice(host + 1, end)))
    return undefined;
  const scheme = SCHEME.exec(text.slice(Math.max(0, at - 32), at))?.[1] ?? '';
  if (scheme === '') return undefined;
  const weak = entropy(password) < 2.5 || /^[a-z]{4,9}$/.test(password);
  return {
    start: colon + 1,
    end: host,
    remark: `for ${text.slice(host + 1, Math.min(end, host + 80))}`,
    severity: STORES.test(scheme) ? (weak ? 'high' : 'critical') : weak ? 'medium' : 'high',
  };
}

function endOfAuthority(text: string, start: number): number {
  let end = start;
  for (; end < text.length && end - start < LONGEST; end++) {
    const code = text.charCodeAt(end);
    if (code <= 0x20 || code === 0x2f || code === 0x3f || code === 0x23 || code === 0x22 || code === 0x27) break;
  }
  return end;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
