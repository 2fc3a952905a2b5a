import { age } from './age.ts';
import { container } from './container.ts';
import { epss } from './epss.ts';
import { exploited } from './exploited.ts';
import { health } from './health.ts';
import { labels } from './labels.ts';
import { licences, malware, practices, secrets } from './observed.ts';
import { base, source } from './origin.ts';
import { platform } from './platform.ts';
import type { Predicate } from './predicate.ts';
import { released } from './released.ts';
import { scanned } from './scanned.ts';
import { signed } from './signed.ts';
import { supported } from './supported.ts';
import { user } from './user.ts';
import { vulnerabilities } from './vulnerabilities.ts';

/** Every ready-made rule, in the order in which the reference lists them. */
export const predicates: readonly Predicate[] = [
  signed,
  scanned,
  vulnerabilities,
  exploited,
  epss,
  secrets,
  malware,
  licences,
  practices,
  user,
  age,
  supported,
  base,
  source,
  labels,
  platform,
  released,
  health,
  container,
];
