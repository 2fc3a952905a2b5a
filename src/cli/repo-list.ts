import { listRepositories } from '../contract/repositories.ts';
import { callEndpoint, collect, connect, everyItem, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { judgementInWords } from './judgement-words.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the repositories that you may pull from, with what was found in the newest image of each.',
  options: [{ flags: '--search <text>', summary: 'only names that hold this text' }, formatOption, ...serverOptions],
  examples: [['assay repo list --search shop/', 'those of one organisation']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const search = textOption(options, 'search');
    const items = await collect(
      everyItem((cursor) => callEndpoint(client, listRepositories, { query: { limit: 1000, cursor, search } })),
    );
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'VISIBILITY', 'TAGS', 'UPDATED', 'NEWEST'],
          items.map((each) => [
            printable(each.name),
            each.visibility,
            String(each.tags),
            each.updatedAt,
            each.newest ? `${printable(each.newest.tag)}: ${judgementInWords(each.newest.judgement)}` : 'empty',
          ]),
        ),
      );
    return 0;
  },
};
