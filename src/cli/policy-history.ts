import { listPolicyVersions } from '../contract/policy.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { organisationOption, organisationQuery } from './policy-file.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Every text that a policy has had, newest first: who changed it and when; with --version one of them.',
  args: [{ name: 'name', summary: 'of the policy' }],
  options: [
    organisationOption,
    { flags: '--version <number>', summary: 'print the text of this version' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy history --organisation shop base', 'who changed it'],
    ['assay policy history --organisation shop --version 3 base > base.yaml', 'take an older text back'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listPolicyVersions, {
      params: { name: argument(invocation, 0) },
      query: organisationQuery(invocation),
    });
    const wanted = textOption(options, 'version');
    if (wanted !== undefined) {
      const found = items.find((each) => String(each.version) === wanted);
      if (!found) throw new AssayError('not-found', `there is no version ${wanted.slice(0, 20)}`);
      terminal.out(found.text.split('\n').map(printable).join('\n').trimEnd());
    } else if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['VERSION', 'AT', 'BY'],
          items.map((each) => [String(each.version), each.updatedAt, printable(each.updatedBy)]),
        ),
      );
    return 0;
  },
};
