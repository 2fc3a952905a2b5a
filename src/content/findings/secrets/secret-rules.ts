import { cloudRules } from './cloud-rules.ts';
import { developerRules } from './developer-rules.ts';
import { keyRules } from './key-rules.ts';
import { namedRules } from './named-rules.ts';
import type { SecretRule } from './rule.ts';
import { serviceRules } from './service-rules.ts';

/** Every rule; where two see the same bytes the earlier stands. */
export const secretRules: readonly SecretRule[] = [
  ...developerRules,
  ...cloudRules,
  ...serviceRules,
  ...keyRules,
  ...namedRules,
];
