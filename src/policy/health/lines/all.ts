import type { HealthLine } from '../line.ts';
import { age } from './age.ts';
import { distribution } from './distribution.ts';
import { exploited } from './exploited.ts';
import { licences } from './licences.ts';
import { malware } from './malware.ts';
import { minimality } from './minimality.ts';
import { practices } from './practices.ts';
import { provenance } from './provenance.ts';
import { secrets } from './secrets.ts';
import { signatures } from './signatures.ts';
import { tag } from './tag.ts';
import { vulnerabilities } from './vulnerabilities.ts';

/** Every line of the card, in the order in which it is shown. */
export const healthLines: readonly HealthLine[] = [
  signatures,
  exploited,
  vulnerabilities,
  secrets,
  malware,
  licences,
  practices,
  age,
  distribution,
  minimality,
  provenance,
  tag,
];
