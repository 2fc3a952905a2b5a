import { decide } from '../contract/policy.ts';
import { gates } from '../policy/facts.ts';
import { callEndpoint, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { readPolicyFile } from './policy-file.ts';
import { namedImage } from './server-image.ts';
import { printVerdict } from './verdict-table.ts';

export const command: Command = {
  description:
    'The verdict on an image at a gate, with every rule that was asked: its expression, what it found, and what would clear it. With --policies another file is tried in place of the policies in force.',
  args: [{ name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' }],
  options: [
    { flags: '--gate <name>', summary: 'which gate (default: pull)', choices: [...gates] },
    { flags: '--platform <os/arch>', summary: 'of an index only the image for this platform' },
    { flags: '--policies <file>', summary: 'try these policies in place of those in force' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay policy explain 127.0.0.1:5000/shop/app:2 --gate deploy', 'exit 1 when it is refused there'],
    ['assay policy explain shop/app:2 --policies draft.yaml', 'what a draft would say'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { client, repository, reference } = namedImage(invocation);
    const file = textOption(options, 'policies');
    const verdict = await callEndpoint(client, decide, {
      body: {
        gate: textOption(options, 'gate') ?? 'pull',
        repository,
        reference,
        platform: textOption(options, 'platform'),
        ...(file !== undefined && { policies: await readPolicyFile(file) }),
      },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify(verdict, null, 2));
    else printVerdict(terminal, verdict);
    return verdict.outcome === 'deny' ? 1 : 0;
  },
};
