import { withoutScope } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import { parseDigest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { RepositoryName } from '../../oci/names.ts';
import { listReferrers, toDescriptor } from '../../work/registry/referrers.ts';
import { requireRepository } from '../../work/registry/repositories.ts';
import { sendJson } from './answer.ts';
import type { RegistryCall } from './routes.ts';

type HouseCall = Omit<RegistryCall, 'spelled' | 'name'>;

const DEFAULT_PAGE = 1000;
const MAX_PAGE = 10_000;

/** `n` and `last` of the specification's lists; more than the maximum gives the maximum, and a Link to go on. */
function pageOf(query: URLSearchParams): { after: string | undefined; limit: number } {
  const n = query.get('n');
  if (n !== null && !/^\d{1,9}$/.test(n)) throw new AssayError('input-invalid', 'n is not a count');
  return { after: query.get('last') ?? undefined, limit: Math.min(n === null ? DEFAULT_PAGE : Number(n), MAX_PAGE) };
}

/** Takes one item more than asked to know whether there is a next page. */
function cutPage<T>(
  items: T[],
  limit: number,
  url: (last: T) => string,
): { items: T[]; headers: Record<string, string> } {
  if (items.length <= limit || limit === 0) return { items: items.slice(0, limit), headers: {} };
  const page = items.slice(0, limit);
  return { items: page, headers: { Link: `<${url(page.at(-1)!)}>; rel="next"` } };
}

/** end-8a, 8b */
export async function tagList({ house, response, viewer, name, spelled, query }: RegistryCall): Promise<void> {
  const repository = await requireRepository(house.database.records, viewer, name, 'pull');
  const { after, limit } = pageOf(query);
  const tags =
    limit === 0 ? [] : await house.database.records.registry.tagNames(repository, { after, limit: limit + 1 });
  const page = cutPage(tags, limit, (last) => `/v2/${spelled}/tags/list?n=${limit}&last=${encodeURIComponent(last)}`);
  sendJson(response, 200, { name: spelled, tags: page.items }, page.headers);
}

/** What the viewer may pull. A token for repositories does not cover it; one that names no scope is its holder's word. */
export async function catalogue({ house, response, viewer, query }: HouseCall): Promise<void> {
  const scope = viewer.kind === 'system' ? undefined : viewer.scope;
  if (viewer.kind === 'anonymous' && !scope) throw new AssayError('unauthorized');
  if (scope && !scope.catalogue && scope.repositories.size > 0)
    throw new AssayError('unauthorized', 'the token does not cover the catalogue');
  const reader = withoutScope(viewer);
  const { after, limit } = pageOf(query);
  const names: RepositoryName[] =
    limit === 0 ? [] : await house.database.records.registry.repositoryNames(reader, { after, limit: limit + 1 });
  const page = cutPage(names, limit, (last) => `/v2/_catalog?n=${limit}&last=${encodeURIComponent(last)}`);
  sendJson(response, 200, { repositories: page.items }, page.headers);
}

const REFERRERS_PAGE = 500;

/** end-12a, 12b: always a list, empty when nothing refers to the digest. */
export async function referrers(
  { house, response, viewer, name, spelled, query }: RegistryCall,
  text: string,
): Promise<void> {
  const subject = parseDigest(text);
  const artifactType = query.get('artifactType') ?? undefined;
  const found = await listReferrers(house.database, viewer, name, subject, {
    artifactType,
    after: query.get('last') ?? undefined,
    limit: REFERRERS_PAGE,
  });
  const filter = artifactType === undefined ? '' : `&artifactType=${encodeURIComponent(artifactType)}`;
  const page = cutPage(
    found,
    REFERRERS_PAGE,
    (last) => `/v2/${spelled}/referrers/${subject}?last=${last.digest}${filter}`,
  );
  sendJson(
    response,
    200,
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: page.items.map(toDescriptor) },
    {
      'Content-Type': mediaTypes.ociIndex,
      ...page.headers,
      ...(artifactType !== undefined && { 'OCI-Filters-Applied': 'artifactType' }),
    },
  );
}

/** Extension discovery (distribution specification, extensions/_oci.md); how our own command line knows an Assay server. */
export async function extensions({ response, house }: HouseCall): Promise<void> {
  sendJson(response, 200, {
    extensions: [
      {
        name: '_assay',
        description: `Assay ${house.version}: what is inside, who says so`,
        url: '/api/openapi.json',
        endpoints: [],
      },
    ],
  });
}
