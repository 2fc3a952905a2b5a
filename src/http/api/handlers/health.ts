import * as contract from '../../../contract/health.ts';
import { renderHealth, renderHealthEntry, renderHealthProfile } from '../../../contract/render-health.ts';
import type { Viewer } from '../../../access/viewer.ts';
import { parseRepositoryName, parseTagOrDigest } from '../../../oci/names.ts';
import type { HealthReport } from '../../../work/policy/health.ts';
import { HOUSE } from '../../../work/policy/policies.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';
import { healthBadge } from './health-badge.ts';

interface InImage {
  readonly repository: string;
  readonly reference: string;
}

async function reportOf(house: House, viewer: Viewer, params: InImage, platform?: string): Promise<HealthReport> {
  const reference = parseTagOrDigest(params.reference);
  const found = await house.manifests.get(viewer, parseRepositoryName(params.repository), reference);
  return house.health.of({ ...found, tag: 'tag' in reference ? reference.tag : undefined, platform });
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

export const healthHandlers: readonly Handled[] = [
  handle(contract.getHealth, async ({ house, viewer, params, query }) =>
    renderHealth(await reportOf(house, viewer, params, query.platform)),
  ),
  handle(contract.getHealthBadge, async ({ house, viewer, params, query }) =>
    bytesOf(healthBadge(await reportOf(house, viewer, params, query.platform))),
  ),
  handle(contract.listHealthHistory, async ({ house, viewer, params, query }) => {
    const reference = parseTagOrDigest(params.reference);
    const { repository, manifest } = await house.manifests.get(
      viewer,
      parseRepositoryName(params.repository),
      reference,
    );
    const { limit, cursor } = query;
    const page = { after: readCursor(cursor), limit: limit + 1 };
    const found = await house.database.records.policy.healthHistory(repository, manifest.digest, page);
    const cut = cutList(found, limit, (each) => each.id);
    return { ...cut, items: cut.items.map(renderHealthEntry) };
  }),
  handle(contract.getHealthProfile, async ({ house, viewer, query }) => {
    const { profile, stored } = await house.healthProfiles.current(viewer, query.organisation ?? HOUSE);
    return renderHealthProfile(profile, stored);
  }),
  handle(contract.putHealthProfile, async ({ house, viewer, body }) => {
    const { profile, stored } = await house.healthProfiles.put(viewer, body.text);
    return renderHealthProfile(profile, stored);
  }),
  handle(contract.deleteHealthProfile, ({ house, viewer, query }) =>
    house.healthProfiles.remove(viewer, query.organisation ?? HOUSE),
  ),
];
