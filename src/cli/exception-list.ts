import { listExceptions } from '../contract/policy.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { organisationOption, organisationQuery } from './policy-file.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists what is let through: by whom, why, until when. With --all what has ended too.',
  options: [organisationOption, { flags: '--all', summary: 'also what has ended' }, formatOption, ...serverOptions],
  examples: [['assay exception list --organisation shop', 'what is let through there']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items: all } = await callEndpoint(connect(invocation), listExceptions, {
      query: organisationQuery(invocation),
    });
    const items = options['all'] === true ? all : all.filter((each) => each.inForce);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['ID', 'UNTIL', 'OWNER', 'WHERE', 'WHAT', 'REASON'],
          items.map(({ id, kind, expiresAt, owner, scope, reason, ticket, inForce }) => [
            id,
            inForce ? expiresAt : `ended ${expiresAt}`,
            printable(owner),
            printable(`${scope.repository}${scope.digest === undefined ? '' : `@${scope.digest.slice(0, 19)}`}`),
            printable(
              [
                kind === 'break-glass' ? 'break-glass' : undefined,
                scope.policy,
                scope.rule,
                scope.vulnerability,
                ...(scope.gates ?? []),
              ]
                .filter((each) => each !== undefined)
                .join(' ') || 'everything',
            ),
            printable(ticket === undefined ? reason : `${ticket}: ${reason}`),
          ]),
        ),
      );
    return 0;
  },
};
