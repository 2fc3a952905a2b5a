import { listPolicies } from '../contract/policy.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { organisationOption, organisationQuery } from './policy-file.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Lists the policies that rule in an organisation, those of the house included; without one every policy, for administrators.',
  options: [organisationOption, formatOption, ...serverOptions],
  examples: [['assay policy list --organisation shop', 'what rules there']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listPolicies, { query: organisationQuery(invocation) });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'OF', 'MODE', 'GATES', 'RULES', 'VERSION', 'DESCRIPTION'],
          items.map((each) => [
            each.name,
            each.organisation ?? 'the house',
            each.mode,
            each.gates.length === 5 ? 'all' : each.gates.join(','),
            String(each.rules.length),
            String(each.version),
            printable(each.description),
          ]),
        ),
      );
    return 0;
  },
};
