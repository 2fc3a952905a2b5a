import * as contract from '../../../contract/repositories.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { parseRepositoryName, parseTag } from '../../../oci/names.ts';
import type { Repository } from '../../../ports/registry-records.ts';
import {
  createRepository,
  deleteRepository,
  requireRepository,
  updateRepository,
} from '../../../work/registry/repositories.ts';
import { renameRepository } from '../../../work/registry/rename.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';
import { judgementsOf, newestJudgements } from './judgements.ts';
import { newestMarks, tagMarks } from './marks.ts';
import { cutOrdered, orderable, urgency } from './ordering.ts';

function toShape(repository: Repository) {
  return {
    name: repository.name,
    visibility: repository.visibility,
    description: repository.description,
    createdAt: toRfc3339(repository.createdAt),
    rights: [...repository.rights],
  };
}

export const repositoryHandlers: readonly Handled[] = [
  handle(contract.listRepositories, async ({ house, viewer, query }) => {
    const { registry } = house.database.records;
    const after = readCursor(query.cursor);
    const { rows: found, byName } = await orderable(query.sort === 'name', query.limit, after, (page) =>
      registry.repositories(viewer, { ...page, search: query.search }),
    );
    const shown = byName ? found.slice(0, query.limit) : found;
    const judgements = await newestJudgements(house.database, shown);
    const urgencyOf = (item: (typeof found)[number]) => urgency(judgements.get(item.id));
    const page = byName
      ? cutList(found, query.limit, (item) => item.name)
      : cutOrdered(
          found.toSorted((a, b) => urgencyOf(b) - urgencyOf(a)),
          query.limit,
          after,
        );
    const marks = await newestMarks(house, viewer, page.items);
    const items = page.items.map((item) => ({
      name: item.name,
      visibility: item.visibility,
      description: item.description,
      tags: item.tagCount,
      updatedAt: toRfc3339(item.updatedAt),
      ...(item.newest && {
        newest: {
          ...item.newest,
          judgement: judgements.get(item.id) ?? { state: 'not-applicable' as const },
          ...marks(item.id, item.newest),
        },
      }),
    }));
    const sort = byName ? ('name' as const) : ('worst' as const);
    return { ...page, items, sort, total: await registry.countRepositories(viewer, query.search) };
  }),
  handle(contract.createRepository, async ({ house, viewer, body }) =>
    toShape(
      await createRepository(
        house.database,
        house.clock,
        viewer,
        { ...body, name: parseRepositoryName(body.name) },
        { failIfPresent: true },
      ),
    ),
  ),
  handle(contract.getRepository, async ({ house, viewer, params }) =>
    toShape(await requireRepository(house.database.records, viewer, parseRepositoryName(params.repository), 'pull')),
  ),
  handle(contract.updateRepository, async ({ house, viewer, params, body }) =>
    toShape(await updateRepository(house.database, house.clock, viewer, parseRepositoryName(params.repository), body)),
  ),
  handle(contract.renameRepository, async ({ house, viewer, params, body }) =>
    toShape(
      await renameRepository(
        house.database,
        house.clock,
        viewer,
        parseRepositoryName(params.repository),
        parseRepositoryName(body.name),
        body,
      ),
    ),
  ),
  handle(contract.deleteRepository, ({ house, viewer, params, query }) =>
    deleteRepository(house.database, house.clock, viewer, parseRepositoryName(params.repository), query),
  ),
  handle(contract.listTags, async ({ house, viewer, params, query }) => {
    const repository = await requireRepository(
      house.database.records,
      viewer,
      parseRepositoryName(params.repository),
      'pull',
    );
    const after = readCursor(query.cursor);
    const { rows: found, byName } = await orderable(query.sort === 'name', query.limit, after, (page) =>
      house.database.records.registry.tags(repository, { ...page, search: query.search }),
    );
    const page = byName
      ? cutList(found, query.limit, (item) => item.name)
      : cutOrdered(
          found.toSorted((a, b) => b.updatedAt - a.updatedAt),
          query.limit,
          after,
        );
    const judgements = await judgementsOf(
      house.database,
      page.items.map((item) => item.digest),
      repository,
    );
    const marks = await tagMarks(house, viewer, repository, page.items);
    const items = page.items.map((item) => ({
      name: item.name,
      digest: item.digest,
      kind: item.kind,
      size: item.size,
      updatedAt: toRfc3339(item.updatedAt),
      updatedBy: item.updatedBy,
      moves: item.moves,
      judgement: judgements.get(item.digest) ?? { state: 'not-applicable' as const },
      ...marks(item),
    }));
    return { ...page, items, sort: byName ? ('name' as const) : ('newest' as const) };
  }),
  handle(contract.deleteTag, ({ house, viewer, params }) =>
    house.manifests.delete(viewer, parseRepositoryName(params.repository), { tag: parseTag(params.tag) }),
  ),
  handle(contract.tagHistory, async ({ house, viewer, params }) => {
    const repository = await requireRepository(
      house.database.records,
      viewer,
      parseRepositoryName(params.repository),
      'pull',
    );
    const changes = await house.database.records.registry.tagHistory(repository, parseTag(params.tag), { limit: 200 });
    return {
      items: changes.map((change) => ({
        ...(change.digest && { digest: change.digest }),
        ...(change.previous && { previous: change.previous }),
        changedAt: toRfc3339(change.changedAt),
        changedBy: change.changedBy,
      })),
    };
  }),
  handle(contract.listGrants, async ({ house, viewer, params }) => {
    const repository = await requireRepository(
      house.database.records,
      viewer,
      parseRepositoryName(params.repository),
      'manage',
    );
    const grants = await house.database.records.access.grants({ repository: repository.name });
    return {
      items: grants.map((grant) => ({
        account: grant.principal,
        role: grant.role,
        on: 'repository' in grant.subject ? ('repository' as const) : ('organisation' as const),
      })),
    };
  }),
  handle(contract.setGrant, ({ house, viewer, params, body }) =>
    house.grants.give(viewer, {
      principal: params.account,
      role: body.role,
      subject: { repository: parseRepositoryName(params.repository) },
    }),
  ),
  handle(contract.removeGrant, ({ house, viewer, params }) =>
    house.grants.take(viewer, {
      principal: params.account,
      subject: { repository: parseRepositoryName(params.repository) },
    }),
  ),
];
