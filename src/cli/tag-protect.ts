import { createTagRule } from '../contract/access.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Protects the tags that match a pattern: only maintainers set, move or delete them. With --immutable nobody moves or deletes them once they are set.',
  args: [
    { name: 'repository', summary: 'organisation/name' },
    { name: 'pattern', summary: 'a tag; * stands for any characters, ? for one' },
  ],
  options: [{ flags: '--immutable', summary: 'nobody moves or deletes them' }, ...serverOptions],
  examples: [
    ["assay tag protect --immutable shop/app 'v*'", 'a release stays what it is'],
    ['assay tag protect shop/app prod', 'maintainers alone set prod'],
  ],
  async run(invocation) {
    const [repository, pattern] = [argument(invocation, 0), argument(invocation, 1)];
    const kind = invocation.options['immutable'] === true ? 'immutable' : 'protected';
    await callEndpoint(connect(invocation), createTagRule, { params: { repository }, body: { kind, pattern } });
    invocation.terminal.out(`tags of ${printable(repository)} that match ${printable(pattern)} are ${kind}`);
    return 0;
  },
};
