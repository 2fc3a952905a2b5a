import type { ServerResponse } from 'node:http';
import type { House } from '../house.ts';
import { sendJson } from '../registry/answer.ts';

/**
 * `/_notary_server/health`, as probes of notary-server ask it, without signing in: `{}`, or 503 and what does not work.
 * What exactly is wrong is for `assay status` and the log.
 */
export async function answerTrustHealth(house: House, response: ServerResponse): Promise<void> {
  const { state } = await house.trust.pulse.check();
  if (state === 'works') sendJson(response, 200, {});
  else sendJson(response, 503, { 'Trust operational': 'the signing service does not answer' });
}
