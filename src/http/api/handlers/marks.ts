import type { z } from 'zod';
import type { Viewer } from '../../../access/viewer.ts';
import type { trustMark } from '../../../contract/trust.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Repository, RepositoryId, RepositoryListItem, TagListItem } from '../../../ports/registry-records.ts';
import type { TrustMark } from '../../../ports/trust-records.ts';
import { type Grade, grades } from '../../../policy/health/line.ts';
import type { House } from '../../house.ts';

type Shown = { readonly trust?: z.input<typeof trustMark>; readonly grade?: Grade };

/** How the tags of a page stand with what was signed; read from what publishing noted, never from metadata. */
export async function tagMarks(
  house: House,
  viewer: Viewer,
  repository: Repository,
  page: readonly TagListItem[],
): Promise<(item: TagListItem) => Shown> {
  const names = page.map((item) => item.name);
  const found = await house.database.records.trust.marks(repository, names);
  const byTag = Map.groupBy(found, (mark) => mark.tag);
  const graded = await gradesOf(
    house,
    viewer,
    page.map(({ digest }) => ({ id: repository.id, digest })),
  );
  return (item) => ({
    ...shown(byTag.get(item.name) ?? [], item.digest, house.clock.now()),
    ...graded(repository.id, item.digest),
  });
}

/** The same for the newest tag of each repository of a page. */
export async function newestMarks(
  house: House,
  viewer: Viewer,
  page: readonly RepositoryListItem[],
): Promise<(id: RepositoryId, newest: { readonly digest: Digest }) => Shown> {
  const wanted = page.flatMap(({ id, newest }) => (newest ? [{ id, tag: newest.tag }] : []));
  const found = await house.database.records.trust.marksOf(viewer, wanted);
  const byRepository = Map.groupBy(found, (mark) => mark.repositoryId);
  const graded = await gradesOf(
    house,
    viewer,
    page.flatMap(({ id, newest }) => (newest ? [{ id, digest: newest.digest }] : [])),
  );
  return (id, newest) => ({
    ...shown(byRepository.get(id) ?? [], newest.digest, house.clock.now()),
    ...graded(id, newest.digest),
  });
}

async function gradesOf(
  house: House,
  viewer: Viewer,
  wanted: readonly { readonly id: RepositoryId; readonly digest: Digest }[],
): Promise<(id: RepositoryId, digest: Digest) => { readonly grade?: Grade }> {
  const found = await house.database.records.policy.grades(viewer, wanted);
  return (id, digest) => {
    const grade = grades.find((each) => each === found(id, digest));
    return grade === undefined ? {} : { grade };
  };
}

/** One collection that says otherwise outweighs the ones that agree; one in force outweighs one that has expired. */
function shown(marks: readonly TrustMark[], digest: Digest, now: number): Shown {
  const other = marks.find((mark) => mark.digest !== digest);
  if (other) return { trust: { state: 'differs', digest: other.digest } };
  const [first] = marks;
  if (!first) return {};
  return { trust: { state: marks.some((mark) => mark.goodUntil > now) ? 'signed' : 'expired', digest: first.digest } };
}
