import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { renew } from '../work/trust/owner/changes.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

const UNITS: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 };
const DAY_MS = 24 * 3600_000;
const MAX_DAYS = 20 * 365;

export const command: Command = {
  description:
    'Signs a role again with another expiry: renews it for its usual time, or for as long as you say. The server renews its own roles, timestamp and snapshot, by itself.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'role', summary: 'root, targets (the default) or a delegation', optional: true },
  ],
  options: [
    { flags: '--in <time>', summary: 'good for so long from now: 90d, 12w, 6m, 3y' },
    { flags: '--at <date>', summary: 'good until this date, as 2027-06-30' },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust expire 127.0.0.1:5000/shop/app', 'the repository’s own signatures are good for three more years'],
    ['assay trust expire 127.0.0.1:5000/shop/app root --in 1y', 'the root must be signed again within a year'],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const role = args[1] ?? 'targets';
    const { gun, world, keys } = await ownerSession(invocation);
    const expires = expiry(textOption(options, 'in'), textOption(options, 'at'), Date.now());
    const description = `renew ${role} of ${gun}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) => renew(owned, gun, role, Date.now(), expires));
    const until = expires === undefined ? '' : ` until ${new Date(expires).toISOString().slice(0, 10)}`;
    return tellOutcome(invocation, outcome, `${role} of ${gun} is signed again${until}`);
  },
};

function expiry(within: string | undefined, at: string | undefined, now: number): number | undefined {
  if (within !== undefined && at !== undefined) throw new AssayError('usage-invalid', 'give --in or --at, not both');
  if (within !== undefined) {
    const [, count, unit] = /^(\d{1,5})([dwmy])$/.exec(within) ?? [];
    const days = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
    if (!(days >= 1 && days <= MAX_DAYS))
      throw new AssayError('usage-invalid', `${within} is no time such as 90d, 12w, 6m or 3y, of at most 20 years`);
    return now + days * DAY_MS;
  }
  if (at === undefined) return undefined;
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(at) ? Date.parse(`${at}T00:00:00Z`) : Number.NaN;
  if (!(instant > now && instant < now + MAX_DAYS * DAY_MS))
    throw new AssayError('usage-invalid', `${at} is no date such as 2030-06-30 in the next 20 years`);
  return instant;
}
