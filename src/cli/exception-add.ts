import { addException } from '../contract/policy.ts';
import { AssayError } from '../lib/error.ts';
import { systemClock, toRfc3339 } from '../lib/clock.ts';
import { parseRepositoryName } from '../oci/names.ts';
import { gates } from '../policy/facts.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 168 * HOUR_MS };

export const command: Command = {
  description:
    'Lets something through that a policy refuses: for a reason, until a day, and with you as its owner. It may name a policy, a rule, a vulnerability, one image and gates; what is left out means all of them. With --break-glass it needs a ticket and ends within a day.',
  args: [
    { name: 'repository', summary: 'organisation/name; * stands for a part of a name, ** for parts with slashes' },
  ],
  options: [
    { flags: '--reason <text>', summary: 'why' },
    { flags: '--until <time>', summary: 'its end: 12h, 7d, 4w, or a day (2026-12-31)' },
    { flags: '--policy <name>', summary: 'only of this policy' },
    { flags: '--rule <id>', summary: 'only this rule' },
    { flags: '--vulnerability <id>', summary: 'only this vulnerability, which then counts nowhere there' },
    { flags: '--digest <digest>', summary: 'only this image' },
    { flags: '--gate <name>', summary: 'only at this gate', choices: [...gates], many: true },
    { flags: '--organisation <name>', summary: 'whose exception it is (default: that of the repository)' },
    { flags: '--house', summary: 'an exception of the whole house, for administrators' },
    { flags: '--break-glass', summary: 'an emergency: a ticket, and a day at most' },
    { flags: '--ticket <number>', summary: 'of the ticket that it belongs to' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    [
      "assay exception add shop/app --rule vulnerabilities --vulnerability CVE-2026-1 --until 14d --reason 'not reachable; fix in 2.1'",
      'one vulnerability, for two weeks',
    ],
    [
      "assay exception add shop/app --break-glass --until 2h --ticket INC-12 --reason 'shop is down'",
      'everything of one repository, for two hours',
    ],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const named = argument(invocation, 0);
    // A name of one part is of the organisation `library`.
    const repository = /[/*?]/.test(named) ? named : parseRepositoryName(named);
    const some = options['gate'];
    const made = await callEndpoint(connect(invocation), addException, {
      body: {
        kind: options['breakGlass'] === true ? 'break-glass' : 'exception',
        organisation: organisationOfScope(invocation, repository),
        reason: required(invocation, 'reason'),
        ticket: textOption(options, 'ticket'),
        scope: {
          repository,
          digest: textOption(options, 'digest'),
          policy: textOption(options, 'policy'),
          rule: textOption(options, 'rule'),
          vulnerability: textOption(options, 'vulnerability'),
          gates: Array.isArray(some) && some.length > 0 ? (some as readonly string[]) : undefined,
        },
        expiresAt: toRfc3339(endOf(required(invocation, 'until'), systemClock.now())),
      },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...made }, null, 2));
    else terminal.out(`${made.kind} ${made.id} until ${made.expiresAt}, owner ${printable(made.owner)}`);
    return 0;
  },
};

function required({ options }: Invocation, name: 'reason' | 'until'): string {
  const value = textOption(options, name);
  if (value === undefined || value.trim() === '') throw new AssayError('usage-invalid', `an exception needs --${name}`);
  return value;
}

function organisationOfScope({ options }: Invocation, repository: string): string | undefined {
  if (options['house'] === true) return undefined;
  const named = textOption(options, 'organisation');
  if (named !== undefined) return named;
  const first = repository.split('/')[0] ?? '';
  if (/[*?]/.test(first))
    throw new AssayError('usage-invalid', 'name the organisation with --organisation, or make it one of the --house');
  return first;
}

/** The instant that a span from now or a day stands for; a day counts to its end, in UTC. */
export function endOf(text: string, now: number): number {
  const [, count, unit] = /^([1-9]\d{0,3})([hdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now + Number(count) * (UNITS[unit] ?? 0);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T23:59:59Z`) : Date.parse(text);
  if (!Number.isFinite(day))
    throw new AssayError('usage-invalid', '--until is a span (12h, 7d, 4w) or a day (2026-12-31)');
  return day;
}
