import { applyPolicies, checkPolicies } from '../contract/policy.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { readPolicyFile } from './policy-file.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Puts every policy of a YAML file in force, all or none; one that is in force already under its name takes the new text, and the old one stays in its history. A slip is told with its line, its column and the nearest right word. With --check nothing is put in force: the compiled expressions are shown.',
  args: [{ name: 'file', summary: 'policies in YAML; - reads standard input' }],
  options: [
    { flags: '--check', summary: 'read it only, and show the expression that each rule becomes' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy apply policies.yaml', 'put them in force'],
    ['assay policy apply --check policies.yaml', 'exit 2 when they cannot be read'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const text = await readPolicyFile(argument(invocation, 0));
    const client = connect(invocation);
    if (options['check'] === true) {
      const { items } = await callEndpoint(client, checkPolicies, { body: { text } });
      if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
      for (const each of options['format'] === 'json' ? [] : items) {
        terminal.out(terminal.style('bold', `${title(each)}  ${each.mode}  ${each.gates.join(', ')}`));
        for (const rule of each.rules) terminal.out(`  ${rule.id}: ${printable(rule.expression)}`);
      }
      return 0;
    }
    const { items } = await callEndpoint(client, applyPolicies, { body: { text } });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      for (const each of items)
        terminal.out(
          each.changed
            ? `${title(each)}: in force (${each.mode}), version ${each.version}`
            : `${title(each)}: unchanged`,
        );
    return 0;
  },
};

function title({ organisation, name }: { organisation?: string | undefined; name: string }): string {
  return organisation === undefined ? name : `${organisation}/${name}`;
}
