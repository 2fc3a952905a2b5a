import { listTags } from '../contract/repositories.ts';
import { argument, callEndpoint, collect, connect, everyItem, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { judgementInWords } from './judgement-words.ts';
import { formatBytes } from './progress.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the tags of a repository with what was found in each.',
  args: [{ name: 'repository', summary: 'organisation/name' }],
  options: [{ flags: '--search <text>', summary: 'only tags that hold this text' }, formatOption, ...serverOptions],
  examples: [['assay tag list shop/app', 'tags, digests, findings, how often each moved']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const params = { repository: argument(invocation, 0) };
    const search = textOption(options, 'search');
    const items = await collect(
      everyItem((cursor) => callEndpoint(client, listTags, { params, query: { limit: 1000, cursor, search } })),
    );
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['TAG', 'DIGEST', 'SIZE', 'UPDATED', 'BY', 'MOVES', 'FOUND'],
          items.map((each) => [
            printable(each.name),
            each.digest.slice(0, 19),
            formatBytes(each.size),
            each.updatedAt,
            printable(each.updatedBy),
            String(each.moves),
            judgementInWords(each.judgement),
          ]),
        ),
      );
    return 0;
  },
};
