import { matchesPattern } from '../../access/tag-rules.ts';
import type { NamingFacts } from '../../policy/facts.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';

/** What became of a tag: how many other images it named, and whether it can still be moved. */
export async function namingFactsOf(
  { registry, policy }: Records,
  repository: Repository,
  tag: string,
): Promise<NamingFacts> {
  const rules = await registry.tagRules(repository);
  const immutable = rules.some((each) => each.kind === 'immutable' && matchesPattern(each.pattern, tag));
  return { ...(await policy.tagMoves(repository, tag)), immutable };
}
