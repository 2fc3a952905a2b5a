import { applyChannel } from '../contract/channels.ts';
import { CHANNEL_LIMITS } from '../policy/channels/read-channel.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { readPolicyFile } from './policy-file.ts';

export const command: Command = {
  description:
    'Puts the definition of a channel in force. Every stage but the first then takes images by promotion only, whoever pushes. A changed definition is another version, and what was asked under the one before is void. Stages that overlap and ways that lead back are refused with line and column.',
  args: [{ name: 'file', summary: 'a channel in YAML; - reads standard input' }],
  options: [formatOption, ...serverOptions],
  examples: [['assay channel apply app.yaml', 'from intake over staging to production']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const text = await readPolicyFile(argument(invocation, 0), CHANNEL_LIMITS.bytes);
    const found = await callEndpoint(connect(invocation), applyChannel, { body: { text } });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else {
      const name = `${found.organisation}/${found.channel}`;
      const stages = found.stages.map(({ stage }) => stage).join(' → ');
      terminal.out(found.changed ? `${name}: in force, version ${found.version}: ${stages}` : `${name}: unchanged`);
    }
    return 0;
  },
};
