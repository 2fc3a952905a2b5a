import type { Endpoint } from './endpoint.ts';
import * as access from './access.ts';
import * as audit from './audit.ts';
import * as authority from './authority.ts';
import * as clair from './clair.ts';
import * as channels from './channels.ts';
import * as directories from './directories.ts';
import * as harbor from './harbor.ts';
import * as health from './health.ts';
import * as gates from './gates.ts';
import * as house from './house.ts';
import * as images from './images.ts';
import * as notify from './notify.ts';
import * as passkeys from './passkeys.ts';
import * as policy from './policy.ts';
import * as quarantine from './quarantine.ts';
import * as policyTrials from './policy-trials.ts';
import * as repositories from './repositories.ts';
import * as session from './session.ts';
import * as teams from './teams.ts';
import * as trust from './trust.ts';
import * as upkeep from './upkeep.ts';
import * as vex from './vex.ts';

function endpointsIn(module: object): Endpoint[] {
  return Object.values(module).filter(
    (value): value is Endpoint => typeof value === 'object' && value !== null && 'method' in value && 'path' in value,
  );
}

/** Every endpoint of /api. */
export const endpoints: readonly Endpoint[] = [
  session,
  passkeys,
  repositories,
  images,
  vex,
  house,
  authority,
  upkeep,
  access,
  teams,
  notify,
  trust,
  audit,
  directories,
  policy,
  policyTrials,
  quarantine,
  health,
  gates,
  channels,
  harbor,
  clair,
].flatMap(endpointsIn);
