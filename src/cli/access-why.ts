import { actions } from '../access/roles.ts';
import { explainAccess } from '../contract/access.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Tells why one may, or may not, act on a repository: every role, team and visibility that gives a right there, and what would. Exit status 1 when it is not allowed.',
  args: [
    { name: 'repository', summary: 'organisation/name' },
    { name: 'action', summary: actions.join(', '), optional: true },
  ],
  options: [
    { flags: '--account <name>', summary: 'of somebody else, for those who manage the repository' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay access why shop/app push', 'why was push dropped from my token?'],
    ['assay access why shop/app pull --account dana', 'what dana may do there'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const answer = await callEndpoint(connect(invocation), explainAccess, {
      query: {
        repository: argument(invocation, 0),
        action: invocation.args[1] ?? 'push',
        account: textOption(options, 'account'),
      },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...answer }, null, 2));
    else {
      terminal.out(printable(answer.answer));
      for (const { gives, because } of answer.reasons) terminal.out(`  ${gives.join(', ')}: ${printable(because)}`);
      if (answer.cure !== undefined) terminal.out(`  to change that: ${printable(answer.cure)}`);
    }
    return answer.allowed ? 0 : 1;
  },
};
