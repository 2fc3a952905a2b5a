import type { Attack } from './attacks.ts';
import type { ClientKind, Visit } from './followers.ts';
import { Tuf1Repository } from './repository.ts';
import { serveRepository } from './serve.ts';

/** What one client did about one attack. */
export type Outcome = { readonly refused: boolean; readonly how: string };

/** Lets a client visit an honest repository, strikes, and lets it visit again. */
export async function meet(kind: ClientKind, attack: Attack): Promise<Outcome> {
  const repository = await Tuf1Repository.create(Date.now());
  repository.delegate('targets', 'team', { paths: ['team/*'] });
  repository.addTarget('targets', 'app', 'good app');
  repository.addTarget('team', 'team/tool', 'good tool');
  await repository.publishAll();
  attack.before?.(repository);
  await repository.publish('root', ...repository.roles.keys(), 'snapshot', 'timestamp');
  await using server = await serveRepository(repository);
  using follower = kind.follow(server, repository.history.get('root')![0]!);
  const before = await follower.visit(['app', 'team/tool']);
  if ('refusal' in before) throw new Error(`${kind.name} refuses an honest repository: ${before.refusal}`);
  await attack.strike(repository);
  return outcome(await follower.visit(attack.paths ?? ['app']));
}

function outcome(visit: Visit): Outcome {
  return 'refusal' in visit ? { refused: true, how: visit.refusal } : { refused: false, how: 'accepts' };
}

export interface AttackRow {
  readonly attack: Attack;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** The table as docs/reference/tuf-attacks.md has it. */
export function renderAttacks(rows: readonly AttackRow[], clients: readonly string[]): string {
  const refused = (client: string) => rows.filter((row) => row.outcomes[client]?.refused).length;
  return [
    '# Attacks on a TUF repository, and what three clients answer',
    '',
    '<!-- Made by `node test/tuf/write-attack-table.ts` from runs; changes here are lost. -->',
    '',
    'A client visits an honest repository, made by our own writer and served over HTTP. Then the attack is made and the',
    'client visits again: it updates and downloads a target. A cell holds the word with which it refuses. Keys that the',
    'attacker needs stand in parentheses; without one, control of the server or of the network is enough.',
    '',
    ...clients.map((client) => `- ${client} refuses ${refused(client)} of ${rows.length}.`),
    '',
    `| # | attack | what was done | ${clients.join(' | ')} |`,
    `|---|---|---|${clients.map(() => '---|').join('')}`,
    ...rows.map(
      ({ attack, outcomes }, index) =>
        `| ${index + 1} | ${attack.kind} | ${attack.done} | ${clients.map((client) => cell(outcomes[client])).join(' | ')} |`,
    ),
    '',
  ].join('\n');
}

function cell(outcome: Outcome | undefined): string {
  if (!outcome) return '';
  return outcome.refused ? outcome.how : `**${outcome.how}**`;
}
