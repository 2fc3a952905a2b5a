import { forbids, type TagRule } from '../../access/tag-rules.ts';
import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { requireRepository } from './repositories.ts';

const PATTERN = /^[A-Za-z0-9_.*?-]{1,128}$/;
const MAX_RULES = 100;

/**
 * Asked inside the transaction that changes the tag, so that what the tag names now is what the answer is about.
 * `digest` is what it shall name, or none when it shall go. Throws `tag-immutable` or `tag-protected`.
 */
export async function requireTagChange(
  records: Records,
  repository: Repository,
  rules: readonly TagRule[],
  tag: Tag,
  digest: Digest | undefined,
): Promise<void> {
  if (rules.length === 0) return;
  const present = await records.registry.tag(repository, tag);
  if (present?.digest === digest) return;
  const change = digest === undefined ? 'delete' : present ? 'move' : 'set';
  const rule = forbids(rules, tag, change, repository.rights.has('manage'));
  if (!rule) return;
  if (rule.kind === 'protected')
    throw new AssayError(
      'tag-protected',
      `the tag ${tag} of ${repository.name} is protected by the rule ${rule.pattern}; a maintainer may set it`,
    );
  throw new AssayError(
    'tag-immutable',
    `the tag ${tag} of ${repository.name} is immutable by the rule ${rule.pattern} and names ${present?.digest}; push another tag, or have the rule lifted`,
  );
}

export async function addTagRule(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
  wanted: { kind: TagRule['kind']; pattern: string },
): Promise<TagRule> {
  if (!PATTERN.test(wanted.pattern))
    throw new AssayError('input-invalid', 'a pattern has the characters of a tag, * for any and ? for one');
  return database.change(async (records) => {
    const repository = await requireRepository(records, viewer, name, 'manage');
    const present = await records.registry.tagRules(repository);
    if (present.some((each) => each.kind === wanted.kind && each.pattern === wanted.pattern))
      throw new AssayError('already-exists', 'there is such a rule already');
    if (present.length >= MAX_RULES)
      throw new AssayError('input-invalid', `a repository has at most ${MAX_RULES} rules for tags`);
    const now = clock.now();
    const rule: TagRule = { id: uuidv7(now), ...wanted, createdAt: now, createdBy: nameOf(viewer) };
    await records.registry.addTagRule(repository, rule);
    await appendEvent(records, now, 'tag-rule.created', viewer, repository, name, { ...wanted });
    return rule;
  });
}

export async function removeTagRule(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
  id: string,
): Promise<void> {
  await database.change(async (records) => {
    const repository = await requireRepository(records, viewer, name, 'manage');
    const rule = (await records.registry.tagRules(repository)).find((each) => each.id === id);
    if (!rule || !(await records.registry.removeTagRule(repository, id)))
      throw new AssayError('not-found', 'there is no such rule');
    await appendEvent(records, clock.now(), 'tag-rule.deleted', viewer, repository, name, {
      kind: rule.kind,
      pattern: rule.pattern,
    });
  });
}
