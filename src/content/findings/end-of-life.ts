import { END_OF_LIFE, type LookUpAdvisories } from '../advisories/advisory.ts';
import type { Distribution } from '../inventory/package.ts';

/** When a release gets no more fixes; `extended` is the end of what is offered beyond that, by subscription or others. */
export interface EndOfLife {
  /** Day, `YYYY-MM-DD`. */
  readonly endedAt: string;
  readonly extendedAt?: string;
  /** Name of the extended offer. */
  readonly extendedBy?: string;
}

const debian = (endedAt: string, extendedAt?: string): EndOfLife => ({
  endedAt,
  ...(extendedAt !== undefined && { extendedAt, extendedBy: 'Debian LTS' }),
});
const ubuntu = (endedAt: string, extendedAt?: string): EndOfLife => ({
  endedAt,
  ...(extendedAt !== undefined && { extendedAt, extendedBy: 'Ubuntu Pro' }),
});
const redHat = (endedAt: string, extendedAt: string): EndOfLife => ({
  endedAt,
  extendedAt,
  extendedBy: 'Red Hat Extended Life Cycle Support',
});

/** Facts of the distributions' own announcements (Debian and Ubuntu: distro-info-data), by id and release. */
const ENDS: Readonly<Record<string, Readonly<Record<string, EndOfLife>>>> = {
  debian: {
    '7': debian('2016-04-25', '2018-05-31'),
    '8': debian('2018-06-17', '2020-06-30'),
    '9': debian('2020-07-18', '2022-06-30'),
    '10': debian('2022-09-10', '2024-06-30'),
    '11': debian('2024-08-14', '2026-08-31'),
    '12': debian('2026-07-11', '2028-06-30'),
    '13': debian('2028-08-09', '2030-06-30'),
  },
  ubuntu: {
    '12.04': ubuntu('2017-04-28', '2019-04-26'),
    '14.04': ubuntu('2019-04-25', '2024-04-25'),
    '16.04': ubuntu('2021-04-30', '2026-04-23'),
    '18.04': ubuntu('2023-05-31', '2028-04-26'),
    '20.04': ubuntu('2025-05-29', '2030-04-23'),
    '20.10': ubuntu('2021-07-22'),
    '21.04': ubuntu('2022-01-20'),
    '21.10': ubuntu('2022-07-14'),
    '22.04': ubuntu('2027-06-01', '2032-04-21'),
    '22.10': ubuntu('2023-07-20'),
    '23.04': ubuntu('2024-01-25'),
    '23.10': ubuntu('2024-07-11'),
    '24.04': ubuntu('2029-05-31', '2034-04-25'),
    '24.10': ubuntu('2025-07-10'),
    '25.04': ubuntu('2026-01-15'),
  },
  alpine: {
    '3.10': { endedAt: '2021-05-01' },
    '3.11': { endedAt: '2021-11-01' },
    '3.12': { endedAt: '2022-05-01' },
    '3.13': { endedAt: '2022-11-01' },
    '3.14': { endedAt: '2023-05-01' },
    '3.15': { endedAt: '2023-11-01' },
    '3.16': { endedAt: '2024-05-23' },
    '3.17': { endedAt: '2024-11-22' },
    '3.18': { endedAt: '2025-05-09' },
    '3.19': { endedAt: '2025-11-01' },
    '3.20': { endedAt: '2026-04-01' },
    '3.21': { endedAt: '2026-11-01' },
    '3.22': { endedAt: '2027-05-01' },
    '3.23': { endedAt: '2027-11-01' },
  },
  rhel: {
    '6': redHat('2020-11-30', '2027-06-30'),
    '7': redHat('2024-06-30', '2028-06-30'),
    '8': redHat('2029-05-31', '2032-05-31'),
    '9': redHat('2032-05-31', '2035-05-31'),
  },
  centos: {
    '6': { endedAt: '2020-11-30' },
    '7': { endedAt: '2024-06-30' },
    '8': { endedAt: '2021-12-31' },
    '9': { endedAt: '2027-05-31' },
  },
  almalinux: { '8': { endedAt: '2029-03-01' }, '9': { endedAt: '2032-05-31' } },
  rocky: { '8': { endedAt: '2029-05-31' }, '9': { endedAt: '2032-05-31' } },
  amzn: { '1': { endedAt: '2023-12-31' }, '2018': { endedAt: '2023-12-31' }, '2': { endedAt: '2026-06-30' } },
  photon: { '1.0': { endedAt: '2022-02-28' }, '2.0': { endedAt: '2022-12-31' }, '3.0': { endedAt: '2024-03-01' } },
  'opensuse-leap': {
    '15.3': { endedAt: '2022-12-31' },
    '15.4': { endedAt: '2023-12-07' },
    '15.5': { endedAt: '2024-12-31' },
    '15.6': { endedAt: '2026-04-30' },
  },
  fedora: {
    '38': { endedAt: '2024-05-21' },
    '39': { endedAt: '2024-11-26' },
    '40': { endedAt: '2025-05-13' },
    '41': { endedAt: '2025-12-15' },
  },
  mariner: { '1': { endedAt: '2023-07-31' }, '2': { endedAt: '2025-07-31' } },
};

/** The end of life of a release, none when it is not known here. */
export function endOfLifeOf({ id, version }: Distribution): EndOfLife | undefined {
  const releases = Object.hasOwn(ENDS, id) ? ENDS[id]! : {};
  const [major = '', minor] = version.split('.');
  for (const release of [version, minor === undefined ? major : `${major}.${minor}`, major])
    if (Object.hasOwn(releases, release)) return releases[release];
  return undefined;
}

/** Names of distributions at endoflife.date, where they are not the id in os-release. */
const PRODUCTS: Readonly<Record<string, string>> = {
  alpine: 'alpine-linux',
  amzn: 'amazon-linux',
  arch: '',
  mariner: 'azure-linux',
  azurelinux: 'azure-linux',
  ol: 'oracle-linux',
  'opensuse-leap': 'opensuse',
  rocky: 'rocky-linux',
};

/** The end of life by what is known here, else by a catalogue (endoflife.date) that is at hand. */
export function endOfLifeBy(distribution: Distribution, lookUp: LookUpAdvisories): EndOfLife | undefined {
  const known = endOfLifeOf(distribution);
  if (known) return known;
  const { id, version } = distribution;
  const [major = '', minor] = version.split('.');
  const releases = lookUp(END_OF_LIFE, PRODUCTS[id] ?? id);
  for (const release of [version, minor === undefined ? major : `${major}.${minor}`, major]) {
    const found = releases.find((each) => each.id === release)?.endOfLife;
    if (found) return found;
  }
  return undefined;
}

export type Support = 'supported' | 'extended' | 'ended' | 'unknown';

/** Where a release stands at one moment, milliseconds UTC. */
export function supportOf(end: EndOfLife | undefined, now: number): Support {
  if (!end) return 'unknown';
  if (now < Date.parse(end.endedAt) + 86_400_000) return 'supported';
  return end.extendedAt !== undefined && now < Date.parse(end.extendedAt) + 86_400_000 ? 'extended' : 'ended';
}

/** Instants at which the support of a release changes: the day after each announced last one, milliseconds UTC. */
export function supportTurns(end: EndOfLife | undefined): number[] {
  return [end?.endedAt, end?.extendedAt].flatMap((day) => (day === undefined ? [] : [Date.parse(day) + 86_400_000]));
}
