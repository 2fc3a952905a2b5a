import type { Handled } from '../call.ts';
import { accessHandlers } from './access.ts';
import { auditHandlers } from './audit.ts';
import { authorityHandlers } from './authority.ts';
import { clairHandlers } from './clair.ts';
import { channelHandlers } from './channels.ts';
import { directoryHandlers } from './directories.ts';
import { harborHandlers } from './harbor.ts';
import { healthHandlers } from './health.ts';
import { gateHandlers } from './gates.ts';
import { houseHandlers } from './house.ts';
import { imageHandlers } from './images.ts';
import { notifyHandlers } from './notify.ts';
import { passkeyHandlers } from './passkeys.ts';
import { policyHandlers } from './policy.ts';
import { quarantineHandlers } from './quarantine.ts';
import { policyTrialHandlers } from './policy-trials.ts';
import { repositoryHandlers } from './repositories.ts';
import { sessionHandlers } from './session.ts';
import { trustHandlers } from './trust.ts';
import { upkeepHandlers } from './upkeep.ts';
import { vexHandlers } from './vex.ts';

export const handlers: readonly Handled[] = [
  ...sessionHandlers,
  ...passkeyHandlers,
  ...repositoryHandlers,
  ...imageHandlers,
  ...vexHandlers,
  ...authorityHandlers,
  ...houseHandlers,
  ...upkeepHandlers,
  ...accessHandlers,
  ...notifyHandlers,
  ...auditHandlers,
  ...directoryHandlers,
  ...trustHandlers,
  ...policyHandlers,
  ...quarantineHandlers,
  ...policyTrialHandlers,
  ...healthHandlers,
  ...gateHandlers,
  ...channelHandlers,
  ...harborHandlers,
  ...clairHandlers,
];
