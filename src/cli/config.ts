import type { Command } from './command.ts';
import { formatOption } from './ask-server.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Shows the configuration of a server as it would start here: every setting, its value and where that came from. Secrets are not shown.',
  options: [
    {
      flags: '--config <file>',
      summary: 'configuration file (default: $ASSAY_CONFIG, ./assay.yaml, /etc/assay/assay.yaml)',
    },
    formatOption,
  ],
  examples: [
    ['assay config', 'which value is in force, and why'],
    ['assay config --config /etc/assay/assay.yaml', 'check a file before it is used'],
  ],
  async run({ options, terminal, open, environment }) {
    const settings = await open.config(options, environment);
    if (options['format'] === 'json') {
      terminal.out(JSON.stringify({ schemaVersion: 1, settings }, null, 2));
      return 0;
    }
    const rows = settings.map((each) => [
      each.name,
      each.value === undefined ? '' : printable(shown(each.value)),
      each.source,
      each.summary,
    ]);
    terminal.out(table(terminal, ['SETTING', 'VALUE', 'FROM', 'WHAT IT IS'], rows));
    return 0;
  },
};

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
