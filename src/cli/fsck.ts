import { fsckLine, runFsck } from '../contract/upkeep.ts';
import { AssayError } from '../lib/error.ts';
import type { FsckStep, FsckSummary } from '../work/registry/fsck.ts';
import type { Command, ExitStatus } from './command.ts';
import { formatBytes } from './progress.ts';
import { ServerClient } from './server-client.ts';
import { printable, type Terminal } from './terminal.ts';

export const command: Command = {
  description:
    'Compares what the database says with the files that are there, in both directions. Talks to the running server, or opens the data directory of a stopped one. Exit status: 0 nothing damaged, 1 damage found, 3 could not decide.',
  options: [
    { flags: '--full', summary: 'read and hash every blob, not only measure it' },
    { flags: '--repair', summary: 'remove leftovers, and make lost blobs be asked for again at the next push' },
    { flags: '--format <name>', summary: 'table, or json for one line a step', choices: ['table', 'json'] },
    { flags: '--server <url>', summary: 'a running server, when it is not the one of this configuration' },
    { flags: '--config <file>', summary: 'configuration file of the stopped server' },
    { flags: '--data-directory <folder>', summary: 'data directory of the stopped server' },
  ],
  examples: [
    ['assay fsck', 'rows, files, sizes and references'],
    ['assay fsck --full', 'reads every blob as well'],
    ['assay fsck --repair', 'and puts right what can be'],
  ],
  async run({ options, terminal, open, environment }) {
    const wanted = { full: options['full'] === true, repair: options['repair'] === true };
    if (typeof options['server'] === 'string')
      return show(remote(new ServerClient(options['server'], environment), wanted), options, terminal);
    const opened = await open.stopped(options, environment);
    if ('url' in opened) return show(remote(new ServerClient(opened.url, environment), wanted), options, terminal);
    await using local = opened;
    return await show(local.fsck(wanted), options, terminal);
  },
};

async function* remote(
  client: ServerClient,
  { full, repair }: { full: boolean; repair: boolean },
): AsyncGenerator<FsckStep> {
  const path = `${runFsck.path}?full=${full}&repair=${repair}`;
  for await (const line of linesOf(await client.stream('POST', path))) {
    const step = fsckLine.parse(JSON.parse(line));
    if (step.kind === 'failed') throw new AssayError('remote-refused', step.detail);
    yield step as FsckStep;
  }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}

async function show(
  steps: AsyncIterable<FsckStep>,
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<ExitStatus> {
  const json = options['format'] === 'json';
  let summary: FsckSummary | undefined;
  for await (const step of steps) {
    if (json) terminal.out(JSON.stringify(step));
    else if (step.kind === 'progress') terminal.liveErr?.(`\r\u001b[2K${step.stage}: ${step.done} of ${step.total}`);
    else if (step.kind === 'problem')
      terminal.out(`${step.weight}: ${step.code} ${printable(step.subject)}${step.repaired ? ' (repaired)' : ''}`);
    if (step.kind === 'summary') summary = step;
  }
  terminal.liveErr?.('\r\u001b[2K');
  if (!summary) throw new AssayError('remote-refused', 'the check ended without a summary');
  if (!json) terminal.out(inWords(summary));
  return summary.damaged > 0 ? 1 : 0;
}

function inWords(summary: FsckSummary): string {
  const { blobs, bytes, manifests, tags, damaged, leftovers, repaired, full } = summary;
  const read = full ? 'every byte read' : 'sizes only; --full reads every byte';
  const found = damaged === 0 ? 'nothing damaged' : `${damaged} damaged`;
  return `${blobs} blobs (${formatBytes(bytes)}), ${manifests} manifests, ${tags} tags: ${found}, ${leftovers} leftovers, ${repaired} repaired (${read})`;
}
