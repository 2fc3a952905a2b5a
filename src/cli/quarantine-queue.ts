import { listStages } from '../contract/channels.ts';
import { imageStages } from '../ports/policy-records.ts';
import { callEndpoint, collect, connect, everyItem, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Lists how far tagged images are on their way to who runs them, the last changed first: held, pushed and not read yet, scanned, signed, or released, which means that nothing enforced at the pull is against them; with the first thing that each waits for.',
  options: [
    { flags: '--stage <stage>', summary: `only these: ${imageStages.join(', ')}`, choices: [...imageStages] },
    { flags: '--organisation <name>', summary: 'only of this organisation' },
    { flags: '--repository <name>', summary: 'only of this repository' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay quarantine queue --organisation shop', 'what came in, and what it waits for'],
    ['assay quarantine queue --stage scanned', 'what waits for a signature, or for a cure'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const query = {
      stage: textOption(options, 'stage'),
      organisation: textOption(options, 'organisation'),
      repository: textOption(options, 'repository'),
    };
    const items = await collect(
      everyItem((cursor) => callEndpoint(client, listStages, { query: { ...query, cursor } })),
    );
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['STAGE', 'IMAGE', 'DIGEST', 'SINCE', 'WAITS FOR'],
          items.map((each) => [
            each.stage,
            printable(`${each.repository}:${each.tag}`),
            each.digest.slice(0, 19),
            each.since,
            printable(each.waitsFor),
          ]),
        ),
      );
    return 0;
  },
};
