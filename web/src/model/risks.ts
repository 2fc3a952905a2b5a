import type { Image } from './severity.ts';
import type { Tone } from './standing.ts';

export interface RiskRow {
  readonly tone: Tone;
  readonly key: string;
  readonly value: string;
}

export interface Risks {
  readonly tone: Tone;
  readonly answer: string;
  readonly rows: readonly RiskRow[];
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

const SECRET_NAME = /(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** What the configuration lets a container do by itself: its user, its ports, its volumes, what its environment tells. */
export function risksOf(image: Image): Risks {
  const config = image.configuration;
  if (!config) return { tone: 'unknown', answer: 'Not known: the image names no configuration', rows: [] };
  const user = typeof config['User'] === 'string' ? config['User'] : '';
  const root = user === '' || /^(?:root|0)(?::|$)/.test(user);
  const ports = keysOf(config['ExposedPorts']);
  const low = ports.filter((port) => Number.parseInt(port, 10) < 1024);
  const volumes = keysOf(config['Volumes']);
  const environment = Array.isArray(config['Env']) ? config['Env'].map(String) : [];
  const secrets = environment.map((line) => line.split('=')[0] ?? '').filter((name) => SECRET_NAME.test(name));
  const rows: RiskRow[] = [
    {
      tone: root ? 'warn' : 'ok',
      key: 'User',
      value: root ? (user === '' ? 'none set, so it runs as root' : `${user}, so it runs as root`) : user,
    },
    {
      tone: low.length > 0 ? 'warn' : 'ok',
      key: 'Ports',
      value:
        ports.length === 0 ? 'none declared' : `${ports.join(', ')}${low.length > 0 ? '' : '; nothing below 1024'}`,
    },
    {
      tone: secrets.length > 0 ? 'bad' : 'ok',
      key: 'Environment',
      value:
        secrets.length > 0
          ? `${secrets.join(', ')}: named like a secret, and everybody who pulls can read it`
          : `${environment.length === 0 ? 'no variables' : `${environment.length} variables`}, none named like a secret`,
    },
  ];
  if (volumes.length > 0) rows.push({ tone: 'none', key: 'Volumes', value: volumes.join(', ') });
  const tone: Tone = secrets.length > 0 ? 'bad' : root ? 'warn' : 'ok';
  const answer =
    secrets.length > 0
      ? 'Its environment seems to carry a secret'
      : root
        ? 'It runs as root unless told otherwise'
        : `Little by itself: it runs as ${user}`;
  return { tone, answer, rows };
}
