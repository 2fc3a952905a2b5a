import * as contract from '../../../contract/channels.ts';
import { renderResult, renderVerdict } from '../../../contract/render-policy.ts';
import { parseRepositoryName, parseTag, parseTagOrDigest } from '../../../oci/names.ts';
import { type Handled, handle } from '../call.ts';

export const channelHandlers: readonly Handled[] = [
  handle(contract.getStage, async ({ house, viewer, params }) => {
    const name = parseRepositoryName(params.repository);
    const { digest, stage, waitsFor } = await house.stages.of(viewer, name, parseTagOrDigest(params.reference));
    return { digest, stage, waitsFor: waitsFor.map(renderResult) };
  }),
  handle(contract.promoteImage, async ({ house, viewer, params, body }) => {
    const from = { name: parseRepositoryName(params.repository), reference: parseTagOrDigest(params.reference) };
    const to = { name: parseRepositoryName(body.repository), tag: parseTag(body.tag) };
    const { previous, verdicts, ...rest } = await house.promotions.promote(viewer, from, to, body.reason);
    return { ...rest, ...(previous && { previous }), verdicts: verdicts.map(renderVerdict) };
  }),
  handle(contract.rollBackTag, ({ house, viewer, params, body }) =>
    house.promotions.rollBack(viewer, parseRepositoryName(params.repository), parseTag(params.tag), body.reason),
  ),
];
