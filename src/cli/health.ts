import { getHealth } from '../contract/health.ts';
import { grades, worse } from '../policy/health/line.ts';
import { callEndpoint, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { healthInOneLine, printHealth } from './health-table.ts';
import { textOption } from './image-report.ts';
import { namedImage } from './server-image.ts';

export const command: Command = {
  description:
    'The health card of an image: a grade from A to F and a score, each line with its evidence and the way to a better grade. What is not known is never drawn as good. Exits with 1 when the grade is below --at-least or the minimum of the organisation’s profile, with 3 while there is no grade.',
  args: [{ name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' }],
  options: [
    { flags: '--format <name>', summary: 'line, json or table', choices: ['line', 'json', 'table'] },
    { flags: '--at-least <grade>', summary: 'exit with 1 when it is worse', choices: [...grades] },
    { flags: '--platform <os/arch>', summary: 'of an index the image for this platform (default: the worst)' },
    ...serverOptions,
  ],
  examples: [
    ['assay health 127.0.0.1:5000/shop/app:2', 'the card'],
    ['assay health --format line --at-least B shop/app:2', 'one line; exit 1 below B'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { client, repository, reference } = namedImage(invocation);
    const card = await callEndpoint(client, getHealth, {
      params: { repository, reference },
      query: { platform: textOption(options, 'platform') },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify(card, null, 2));
    else if (options['format'] === 'line') terminal.out(healthInOneLine(card));
    else printHealth(terminal, card);
    if (card.grade === undefined) return 3;
    const wanted = grades.find((each) => each === options['atLeast']) ?? card.profile.minimum;
    return wanted !== undefined && worse(card.grade, wanted) ? 1 : 0;
  },
};
