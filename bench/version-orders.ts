import { type BenchTable, median } from './table.ts';
import { type VersionScheme, versionOrders } from '../src/content/advisories/version-order.ts';

/** Versions as they stand in real advisories. */
const samples: Readonly<Record<VersionScheme, readonly string[]>> = {
  deb: ['3.0.11-1~deb12u2', '3.0.9-1', '1:9.2p1-2+deb12u3', '2.36-9+deb12u4', '2.36-9+deb12u10', '5.2.15-2+b2'],
  apk: ['3.1.4-r5', '3.1.4-r6', '1.36.1-r15', '2.12.7_git20230718-r0', '1.2.13-r1', '8.5.0-r0'],
  rpm: ['1:3.0.7-24.el9', '1:3.0.7-25.el9_3', '2.34-83.el9_3.7', '239-78.el8', '4.18.0-513.9.1.el8_9', '7.76.1-26.el9'],
  semver: ['4.17.20', '4.17.21', '1.2.3-beta.11', '1.2.3-rc.1', '0.0.0-20220722155217-630584e8d5aa', '18.2.0'],
  pep440: ['2.31.0', '2.32.0', '1.0rc1', '1.0.post1', '4.2.7', '41.0.6'],
  maven: ['2.17.1', '2.14.1', '1.0-alpha-1', '31.1-jre', '5.3.20.RELEASE', '9.4.48.v20220622'],
  gem: ['7.0.4.3', '7.0.4', '1.13.10', '2.2.6.4', '3.0.0.rc1', '1.0.a10'],
  nuget: ['6.0.0', '13.0.3', '1.0.0-beta2', '4.7.0.1', '2.2.0', '7.0.0-preview.4'],
  composer: ['v5.4.20', '2.0.0-RC1', '1.25.0-beta2.1', '8.9.11', '3.4.1', '1.0.x-dev'],
  'composer-normal': ['v5.4.20', '2.0.0-RC1', '1.25.0-beta2.1', '8.9.11', '3.4.1', '1.2'],
  gentoo: ['1.2.3', '1.2.3-r1', '2.0_rc3', '5.10.1_p20240101', '1.0b', '20231114'],
  conan: ['1.1.1w', '3.0.12', '1.0-rc.1', 'cci.20230101', '2.2', '1.2.13+b1'],
  openssl: ['1.0.2zg', '1.1.1w', '3.0.12', '3.2.0-beta1', '1.0.2', '0.9.8zh'],
  hackage: ['1.2.3.4', '0.11.3', '1.2', '0.10', '2.0.1', '1.2.3'],
  cran: ['1.2-3', '0.11.3', '1.2', '0.10-1', '2.0.1', '1.2.3'],
  pub: ['1.2.3', '1.2.3+4', '0.13.0-nullsafety.0', '2.0.0', '1.0.0-dev.5', '1.2.10'],
  pacman: ['1:2.38-3', '2.38-3', '3.1.4-1', '1.0rc1-1', '6.5.9.arch2-1', '20231114-1'],
};
const ROUNDS = 30_000;

const TARGETS: Partial<Record<VersionScheme, number>> = { deb: 1, apk: 1, rpm: 1, semver: 1 };

/** Comparisons a second of one order, the median of five runs after one to warm up. */
function rate(scheme: VersionScheme): number {
  const compare = versionOrders[scheme];
  const versions = samples[scheme];
  let sum = 0;
  const once = () => {
    const startedAt = performance.now();
    for (let round = 0; round < ROUNDS; round++)
      for (const a of versions) for (const b of versions) sum += Math.sign(compare(a, b));
    return (ROUNDS * versions.length ** 2 * 1000) / (performance.now() - startedAt);
  };
  once();
  const result = median(Array.from({ length: 5 }, once));
  if (!Number.isFinite(sum)) throw new Error(`${scheme} gave something that is no order`);
  return result;
}

export function run(): Promise<BenchTable> {
  const rows = (Object.keys(samples) as VersionScheme[]).map((scheme) => {
    const assay = rate(scheme) / 1e6;
    const least = TARGETS[scheme];
    return {
      what: scheme,
      unit: 'million/s',
      assay,
      budget: least ? `> ${least}` : '',
      met: assay > (least ?? 0),
      runs: 5,
    };
  });
  return Promise.resolve({
    title: 'Version orders, comparisons a second on one core',
    notes: ['Pairs as they stand in real advisories.'],
    rows,
  });
}
