import { getPolicy } from '../contract/policy.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { organisationOption, organisationQuery } from './policy-file.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Shows a policy as it is in force: its text, and with --compiled the expression that each rule becomes.',
  args: [{ name: 'name', summary: 'of the policy' }],
  options: [
    organisationOption,
    { flags: '--compiled', summary: 'the expressions that decide, in place of the text' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy show --organisation shop base', 'as it was written, to be edited and applied again'],
    ['assay policy show --organisation shop --compiled base', 'what decides'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const found = await callEndpoint(connect(invocation), getPolicy, {
      params: { name: argument(invocation, 0) },
      query: organisationQuery(invocation),
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else if (options['compiled'] === true)
      for (const rule of found.rules) terminal.out(`${rule.id}: ${printable(rule.expression)}`);
    else terminal.out(found.text.split('\n').map(printable).join('\n').trimEnd());
    return 0;
  },
};
