import * as contract from '../../../contract/gates.ts';
import { renderVerdict } from '../../../contract/render-policy.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { type Handled, handle } from '../call.ts';

export const gateHandlers: readonly Handled[] = [
  handle(contract.judgeImage, async ({ house, viewer, params, body }) => {
    const { image, platform } = body;
    const question = { gate: params.gate, image, platform, powers: [...new Set(body.powers)].sort() };
    const answer = await house.imageJudge.judge(viewer, question, !body.dryRun);
    const { outcome, line, warnings, pinned, digest, validUntil, verdict } = answer;
    return {
      outcome,
      line,
      warnings: [...warnings],
      image,
      ...(pinned !== undefined && { pinned }),
      ...(digest !== undefined && { digest }),
      ...(validUntil !== undefined && { validUntil: toRfc3339(validUntil) }),
      decision: house.decisionSigner.sign(question, answer, house.clock.now()),
      ...(verdict && { verdict: renderVerdict(verdict) }),
    };
  }),
  handle(contract.listDecisionKeys, ({ house }) => Promise.resolve({ keys: [house.decisionSigner.jwk] })),
];
