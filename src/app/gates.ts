import type { House } from '../http/house.ts';
import type { Clock } from '../lib/clock.ts';
import type { OwnHost } from '../oci/gun.ts';
import type { Database } from '../ports/database.ts';
import type { CarryOut } from '../work/channels/carry-out.ts';
import { Channels } from '../work/channels/channels.ts';
import { Promotions } from '../work/channels/promotions.ts';
import { Requests } from '../work/channels/requests.ts';
import { Stages } from '../work/channels/stages.ts';
import { decisionKey, DecisionSigner } from '../work/gates/decision-signer.ts';
import { ImageJudge } from '../work/gates/image-judge.ts';
import { Intake } from '../work/policy/intake.ts';
import type { PullGate } from '../work/policy/pull-gate.ts';
import type { Manifests } from '../work/registry/manifests.ts';
import type { Config } from './settings.ts';
import { ownRegistry } from './own-registry.ts';

/** Puts together what clusters and engines ask before they run an image. */
export async function openGates(parts: {
  readonly manifests: Manifests;
  readonly clock: Clock;
  readonly policy: {
    readonly useCases: Pick<House, 'decisions' | 'refusals'>;
    readonly gates: { readonly pull: PullGate };
    readonly carryOut: CarryOut;
  };
  readonly wakeJobs: () => void;
  readonly database: Database;
  readonly isOwnHost: OwnHost;
  readonly service: string;
  readonly config: Pick<Config, 'publicNames' | 'publicUrl' | 'foreignImages' | 'foreignImageList' | 'decisionMinutes'>;
}): Promise<{
  readonly useCases: Pick<
    House,
    'imageJudge' | 'decisionSigner' | 'stages' | 'promotions' | 'requests' | 'channels' | 'intake'
  >;
  listensOn(port: number): void;
}> {
  const { manifests, policy, config, service, database, clock, wakeJobs } = parts;
  const { decisions, refusals } = policy.useCases;
  const own = ownRegistry(parts.isOwnHost, config.publicNames, config.publicUrl);
  const imageJudge = new ImageJudge({
    manifests,
    decisions,
    refusals,
    isOwnRegistry: own.is,
    foreign: { mode: config.foreignImages, list: config.foreignImageList },
  });
  const decisionSigner = new DecisionSigner(await decisionKey(database), service, config.decisionMinutes);
  const stages = new Stages(manifests, decisions);
  const pullGate = policy.gates.pull;
  const requests = new Requests({ database, clock, manifests, pullGate, carryOut: policy.carryOut, wakeJobs });
  const promotions = new Promotions({ database, clock, manifests, decisions, pullGate, requests });
  const channels = new Channels(database, clock);
  const intake = new Intake(database, clock, manifests, decisions);
  return {
    useCases: { imageJudge, decisionSigner, stages, promotions, requests, channels, intake },
    listensOn: own.listensOn,
  };
}
