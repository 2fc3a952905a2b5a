import * as contract from '../../../contract/quarantine.ts';
import { renderVerdict } from '../../../contract/render-policy.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { parseRepositoryName, parseTag, parseTagOrDigest } from '../../../oci/names.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';

export const quarantineHandlers: readonly Handled[] = [
  handle(contract.setRelease, async ({ house, viewer, params, body }) => {
    const name = parseRepositoryName(params.repository);
    const { digest, release } = await house.quarantine.set(viewer, name, parseTagOrDigest(params.reference), body);
    return { repository: name, digest, ...release, at: toRfc3339(release.at) };
  }),
  handle(contract.listReleases, async ({ house, viewer, query }) => {
    const found = await house.quarantine.list(viewer, {
      after: readCursor(query.cursor),
      limit: query.limit + 1,
      ...(query.state && { state: query.state }),
    });
    const page = cutList(found, query.limit, (each) => `${each.at} ${each.repository} ${each.digest}`);
    return { ...page, items: page.items.map((each) => ({ ...each, at: toRfc3339(each.at) })) };
  }),
  handle(contract.listHolds, async ({ house, viewer, params }) => ({
    items: (await house.quarantine.heldEverywhere(viewer, params.organisation)).map((each) => ({
      ...each,
      at: toRfc3339(each.at),
    })),
  })),
  handle(contract.holdDigest, async ({ house, viewer, params, body }) => {
    const digest = parseDigest(params.digest);
    const hold = await house.quarantine.holdEverywhere(viewer, params.organisation, digest, body.reason);
    return { ...hold, at: toRfc3339(hold.at) };
  }),
  handle(contract.releaseDigest, ({ house, viewer, params, body }) =>
    house.quarantine.releaseEverywhere(viewer, params.organisation, parseDigest(params.digest), body.reason),
  ),
  handle(contract.beginIntake, async ({ house, viewer, params, body }) => ({
    held: await house.intake.begin(
      viewer,
      parseRepositoryName(params.repository),
      body.digests.map(parseDigest),
      body.from,
    ),
  })),
  handle(contract.endIntake, async ({ house, viewer, params }) => {
    const tag = parseTag(params.tag);
    const { verdicts, ...rest } = await house.intake.end(viewer, parseRepositoryName(params.repository), { tag });
    return { ...rest, verdicts: verdicts.map(renderVerdict) };
  }),
];
