import { simulatePolicies } from '../contract/policy-trials.ts';
import { gates } from '../policy/facts.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { daysOf, readPolicyFile } from './policy-file.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'What would have been stopped: the pulls of the last days that the policies of a file would have refused. Images are judged by what is known of them today.',
  args: [{ name: 'file', summary: 'policies in YAML; - reads standard input' }],
  options: [
    { flags: '--since <span>', summary: 'how far back, in days or weeks (default: 30d)' },
    { flags: '--gate <name>', summary: 'which gate (default: pull)', choices: [...gates] },
    { flags: '--organisation <name>', summary: 'only images of this organisation' },
    { flags: '--repository <name>', summary: 'only images of this repository' },
    formatOption,
    ...serverOptions,
  ],
  examples: [['assay policy simulate --since 30d policies.yaml', 'exit 1 when something would have been stopped']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const found = await callEndpoint(connect(invocation), simulatePolicies, {
      body: {
        text: await readPolicyFile(argument(invocation, 0)),
        gate: textOption(options, 'gate') ?? 'pull',
        organisation: textOption(options, 'organisation'),
        repository: textOption(options, 'repository'),
        days: daysOf(textOption(options, 'since') ?? '30d'),
      },
    });
    const stopped = found.stopped.reduce((sum, each) => sum + each.pulls, 0);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else {
      if (stopped > 0)
        terminal.out(
          table(
            terminal,
            ['PULLS', 'LAST', 'IMAGE', 'WHY'],
            found.stopped.map((each) => [
              String(each.pulls),
              each.lastDay,
              printable(
                `${each.repository}${each.tag === undefined ? `@${each.digest.slice(0, 19)}` : `:${each.tag}`}`,
              ),
              printable(each.line),
            ]),
          ),
        );
      terminal.out(`${stopped} of ${found.pulls} pulls would have been stopped`);
      if (found.gone > 0) terminal.err(`${found.gone} pulls were of images that are not here any more`);
      if (found.cut) terminal.err('there are more images than were judged; name an organisation or a repository');
    }
    return stopped > 0 ? 1 : 0;
  },
};
