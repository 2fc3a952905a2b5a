import { createToken } from '../contract/session.ts';
import { callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { daysOption, limitsOption, tokenOptions } from './token-options.ts';

export const command: Command = {
  description: 'Makes a personal token and prints it, once. It stands for the password, within its limits.',
  options: [
    ...tokenOptions,
    { flags: '--read-only', summary: 'it may only read' },
    { flags: '--feeds', summary: 'it opens feeds alone' },
    ...serverOptions,
  ],
  examples: [
    ['assay token create --name laptop --read-only', 'a token that changes nothing'],
    ['assay token create --name reader --feeds --limit shop:pull', 'for https://HOST/feeds/TOKEN/organisations/shop'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const body = {
      name: textOption(options, 'name') ?? 'assay token create',
      days: daysOption(options['days']),
      use: options['feeds'] === true ? 'feeds' : 'everything',
      readOnly: options['readOnly'] === true,
      limits: limitsOption(options['limit']),
    };
    const { token, secret } = await callEndpoint(connect(invocation), createToken, { body });
    terminal.err(`until ${token.expiresAt}; shown this once:`);
    terminal.out(secret);
    return 0;
  },
};
