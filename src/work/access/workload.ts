import { hash, randomBytes } from 'node:crypto';
import type { Directory, WorkloadSettings } from '../../access/directory-settings.ts';
import type { TokenLimits } from '../../access/limits.ts';
import { matchesPattern } from '../../access/tag-rules.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { parseRepositoryName } from '../../oci/names.ts';
import type { Account, TokenRecord } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';

const WORKLOAD_TOKEN_MS = 15 * 60_000;

/** A short token of the robot that the rule names: listed and revocable like any other, gone after a quarter of an hour. */
export async function issueWorkload(
  database: Database,
  clock: Clock,
  directory: Directory,
  rule: WorkloadSettings['rules'][number],
  claims: Readonly<Record<string, unknown>>,
): Promise<{ account: Account; token: TokenRecord }> {
  const now = clock.now();
  const limits = rule.limits?.map((line) => ({
    on:
      line.repository === undefined
        ? { organisation: line.organisation ?? '' }
        : { repository: parseRepositoryName(line.repository) },
    actions: line.actions,
  })) satisfies TokenLimits | undefined;
  const subject = typeof claims['sub'] === 'string' ? claims['sub'] : '';
  return database.change(async (records) => {
    const account = await records.access.account(rule.robot);
    if (account?.kind !== 'robot' || account.disabled)
      throw new AssayError('credentials-invalid', `there is no robot ${rule.robot}`);
    const token: TokenRecord = {
      id: uuidv7(now),
      accountId: account.id,
      kind: 'robot',
      name: `${directory.name}: ${subject}`.slice(0, 100),
      readOnly: false,
      limits,
      createdAt: now,
      expiresAt: now + WORKLOAD_TOKEN_MS,
      lastUsedAt: now,
    };
    // Nobody ever learns a secret for it: it stands for the tokens that are got with the job's own.
    await records.access.addToken(token, hash('sha256', randomBytes(32), 'hex'));
    await appendEvent(
      records,
      now,
      'token.created',
      `directory ${directory.name}`,
      { organisation: account.organisation ?? '' },
      account.name,
      { name: token.name, id: token.id, workload: true },
    );
    return { account, token };
  });
}

/** The issuer that a token names, before anything of it is believed. */
export function issuerOf(jwt: string): string {
  const body = jwt.split('.')[1];
  if (body === undefined || jwt.length > 16 * 1024) throw new AssayError('credentials-invalid', 'that is no token');
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'iss' in claims && typeof claims.iss === 'string')
      return claims.iss;
  } catch {
    // falls through to the refusal
  }
  throw new AssayError('credentials-invalid', 'that is no token');
}

/** Every claim that the rule names is there as text (or a list of texts) and matches. */
export function matchesRule(
  rule: WorkloadSettings['rules'][number],
  claims: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(rule.claims).every(([name, pattern]) => {
    if (!Object.hasOwn(claims, name)) return false;
    const value = claims[name];
    const texts = (Array.isArray(value) ? value : [value]).slice(0, 100);
    return texts.some(
      (each) =>
        (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') &&
        String(each).length <= 1000 &&
        matchesPattern(pattern, String(each)),
    );
  });
}
