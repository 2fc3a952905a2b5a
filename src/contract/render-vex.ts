import type { z } from 'zod';
import { toRfc3339 } from '../lib/clock.ts';
import type { StoredStatement } from '../ports/vex-records.ts';
import { writtenStatus } from '../work/content/vex-document.ts';
import type { statementShape } from './vex.ts';

/** A stored statement as the API tells it. */
export function renderStatement(stored: StoredStatement): z.infer<typeof statementShape> {
  const { id, digest, ids, status, justification, detail, packages, author, statedAt, withdrawn } = stored;
  const [vulnerability = '', ...aliases] = ids;
  return {
    id,
    digest,
    vulnerability,
    aliases,
    status: writtenStatus(status),
    ...(justification !== undefined && { justification }),
    ...(detail !== undefined && { words: detail }),
    packages: [...packages],
    author,
    statedAt: toRfc3339(statedAt),
    recordedBy: stored.recordedBy,
    recordedAt: toRfc3339(stored.recordedAt),
    ...(withdrawn && { withdrawn: { by: withdrawn.by, at: toRfc3339(withdrawn.at) } }),
  };
}

/** What a statement that sets a finding aside says, in short. */
export function renderAside({ status, justification, detail, author }: StoredStatement) {
  return { status, author, reason: [justification, detail].filter(Boolean).join(': ') || 'no reason given' };
}
