import { judgeImage, listDecisionKeys } from '../contract/gates.ts';
import { callEndpoint } from '../cli/ask-server.ts';
import type { ServerClient } from '../cli/server-client.ts';
import type { DecisionSource } from '../ports/decision-source.ts';

/** A server's decisions over its /api. */
export function serverDecisions(client: ServerClient): DecisionSource {
  return {
    async decide({ gate, image, platform, powers }, dryRun) {
      const body = { image, platform, powers, dryRun };
      return (await callEndpoint(client, judgeImage, { params: { gate }, body })).decision;
    },
    async keys() {
      const { keys } = await callEndpoint(client, listDecisionKeys);
      return new Map(keys.map(({ kid, x }) => [kid, x]));
    },
  };
}
