import * as contract from '../../../contract/channels.ts';
import { renderResult, renderVerdict } from '../../../contract/render-policy.ts';
import { parseRepositoryName, parseTag, parseTagOrDigest } from '../../../oci/names.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { renderChannel, renderDetails, renderRequest } from '../../../contract/render-channel.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Viewer } from '../../../access/viewer.ts';
import type { RequestDetails } from '../../../work/channels/requests.ts';
import type { House } from '../../house.ts';
import { cutList, readCursor } from '../cursor.ts';
import { type Handled, handle } from '../call.ts';

/** What the tag named before is for those who may pull there. */
async function shown(house: House, viewer: Viewer, details: RequestDetails) {
  const { target } = details.request;
  const there = await house.database.records.registry.repository(viewer, target);
  return renderDetails(details, there?.rights.has('pull') ?? false);
}

export const channelHandlers: readonly Handled[] = [
  handle(contract.getStage, async ({ house, viewer, params }) => {
    const name = parseRepositoryName(params.repository);
    const { digest, stage, waitsFor } = await house.stages.of(viewer, name, parseTagOrDigest(params.reference));
    return { digest, stage, waitsFor: waitsFor.map(renderResult) };
  }),
  handle(contract.listStages, async ({ house, viewer, query }) => {
    const { cursor, limit, ...filter } = query;
    const after = readCursor(cursor);
    const found = await house.database.records.policy.stages(viewer, { ...filter, after, limit: limit + 1 });
    const page = cutList(found, limit, (each) => `${each.since} ${each.repository} ${each.digest}`);
    return { ...page, items: page.items.map((each) => ({ ...each, since: toRfc3339(each.since) })) };
  }),
  handle(contract.promoteImage, async ({ house, viewer, params, body }) => {
    const from = { name: parseRepositoryName(params.repository), reference: parseTagOrDigest(params.reference) };
    const to = { name: parseRepositoryName(body.repository), tag: parseTag(body.tag) };
    const { previous, request, verdicts, ...rest } = await house.promotions.promote(viewer, from, to, body.reason);
    return {
      ...rest,
      ...(previous && { previous }),
      ...(request && { request }),
      verdicts: verdicts.map(renderVerdict),
    };
  }),
  handle(contract.rollBackTag, ({ house, viewer, params, body }) =>
    house.promotions.rollBack(viewer, parseRepositoryName(params.repository), parseTag(params.tag), body.reason),
  ),
  handle(contract.listChannels, async ({ house, viewer, params }) => ({
    items: (await house.channels.list(viewer, params.organisation)).map(renderChannel),
  })),
  handle(contract.applyChannel, async ({ house, viewer, body }) => {
    const { changed, ...applied } = await house.channels.apply(viewer, body.text);
    return { ...renderChannel(applied), changed };
  }),
  handle(contract.getChannel, async ({ house, viewer, params }) => {
    const found = await house.channels.get(viewer, params.organisation, params.channel);
    const images = await house.channels.images(viewer, found);
    return {
      ...renderChannel(found),
      images: images.map((stage) => stage.map((each) => ({ ...each, since: toRfc3339(each.since) }))),
    };
  }),
  handle(contract.removeChannel, ({ house, viewer, params }) =>
    house.channels.remove(viewer, params.organisation, params.channel),
  ),
  handle(contract.listPromotions, async ({ house, viewer, query }) => {
    const { cursor, limit, ...filter } = query;
    const found = await house.requests.list(viewer, { ...filter, after: readCursor(cursor), limit: limit + 1 });
    const page = cutList(found, limit, (each) => each.id);
    return { ...page, items: page.items.map(renderRequest) };
  }),
  handle(contract.requestPromotion, async ({ house, viewer, body }) => {
    const from = { name: parseRepositoryName(body.repository), reference: { tag: parseTag(body.tag) } };
    const goal = body.to && { name: parseRepositoryName(body.to.repository), tag: parseTag(body.to.tag) };
    const digest = body.digest === undefined ? undefined : parseDigest(body.digest);
    return shown(house, viewer, await house.requests.ask(viewer, from, { goal, digest, reason: body.reason }));
  }),
  handle(contract.getPromotion, async ({ house, viewer, params }) =>
    shown(house, viewer, await house.requests.get(viewer, params.id)),
  ),
  handle(contract.approvePromotion, async ({ house, viewer, params, body }) =>
    shown(house, viewer, await house.requests.approve(viewer, params.id, body.note)),
  ),
  handle(contract.rejectPromotion, async ({ house, viewer, params, body }) =>
    shown(house, viewer, await house.requests.reject(viewer, params.id, body.reason)),
  ),
];
