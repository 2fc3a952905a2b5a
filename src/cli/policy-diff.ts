import { comparePolicies } from '../contract/policy-trials.ts';
import { gates } from '../policy/facts.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { readPolicyFile } from './policy-file.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Which stored images would be judged otherwise if the policies of a file were applied beside those in force. Looks at every tag that you may pull, or at those of an organisation or repository.',
  args: [{ name: 'file', summary: 'policies in YAML; - reads standard input' }],
  options: [
    { flags: '--gate <name>', summary: 'which gate (default: pull)', choices: [...gates] },
    { flags: '--organisation <name>', summary: 'only images of this organisation' },
    { flags: '--repository <name>', summary: 'only images of this repository' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy diff policies.yaml', 'exit 1 when an image would be refused that passes now'],
    ['assay policy diff --organisation shop --gate deploy policies.yaml', 'at another gate'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const found = await callEndpoint(connect(invocation), comparePolicies, {
      body: {
        text: await readPolicyFile(argument(invocation, 0)),
        gate: textOption(options, 'gate') ?? 'pull',
        organisation: textOption(options, 'organisation'),
        repository: textOption(options, 'repository'),
      },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else {
      if (found.changed.length > 0)
        terminal.out(
          table(
            terminal,
            ['IMAGE', 'NOW', 'THEN', 'WHY REFUSED'],
            found.changed.map((each) => [
              printable(`${each.repository}${each.tag === undefined ? `@${each.digest}` : `:${each.tag}`}`),
              each.before,
              each.after,
              printable(each.line),
            ]),
          ),
        );
      terminal.out(`${found.changed.length} of ${found.judged} images would be judged otherwise`);
      if (found.cut) terminal.err('there are more images than were judged; name an organisation or a repository');
    }
    return found.changed.some((each) => each.after === 'deny') ? 1 : 0;
  },
};
