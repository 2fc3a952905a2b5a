import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import { importAdvisories } from '../contract/house.ts';
import { AssayError } from '../lib/error.ts';
import type { Command } from './command.ts';
import { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:5000';

export const command: Command = {
  description: 'Takes in an advisory feed from a file and judges anew the images it concerns.',
  args: [{ name: 'file', summary: 'feed as its publisher offers it' }],
  options: [
    { flags: '--server <url>', summary: `Assay server (default ${DEFAULT_SERVER})` },
    { flags: '--feed <name>', summary: 'which feed it is, when the file does not tell' },
  ],
  examples: [['assay advisories import data.json', 'the Debian security tracker’s data/json']],
  async run({ args, options, terminal, environment }) {
    const file = args[0] ?? '';
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw new AssayError('input-invalid', `cannot read ${file}`, { cause });
    }
    const query = new URLSearchParams({
      name: basename(file),
      ...(typeof options['feed'] === 'string' && { feed: options['feed'] }),
    });
    const client = new ServerClient(
      typeof options['server'] === 'string' ? options['server'] : (environment['ASSAY_SERVER'] ?? DEFAULT_SERVER),
      environment,
    );
    const result: z.output<typeof importAdvisories.answer> = importAdvisories.answer.parse(
      await client.call('POST', `/api/v1/advisories?${query.toString()}`, bytes),
    );
    terminal.out(
      `${result.feed.feed}: ${result.feed.records} records, ${result.feed.refused} refused, ${result.withdrawn} withdrawn; ${result.changedEntries} packages changed; ${result.judgedPackages} stored packages judged anew, ${result.changedImages} images changed`,
    );
    for (const each of result.refused.slice(0, 10))
      terminal.err(`refused ${printable(each.id)}: ${printable(each.reason)}`);
    return 0;
  },
};
