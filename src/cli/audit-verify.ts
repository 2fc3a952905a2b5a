import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ChainCheck, type Seal, type SealedEntry } from '../access/audit-chain.ts';
import { verifyAudit } from '../contract/audit.ts';
import { AssayError } from '../lib/error.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

const seal = z.object({
  seq: z.number().int(),
  hash: z.string(),
  at: z.number().int(),
  key: z.string(),
  signature: z.string(),
});
const entry = z.object({
  seq: z.number().int(),
  hash: z.string(),
  id: z.string(),
  at: z.number().int(),
  actor: z.string(),
  actorId: z.string().optional(),
  address: z.string().optional(),
  requestId: z.string().optional(),
  via: z.string().optional(),
  action: z.string(),
  object: z.string(),
  organisation: z.string().optional(),
  repositoryId: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  occurrences: z.number().int(),
});
const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('audit'), schemaVersion: z.literal(1), service: z.string(), key: z.string() }),
  seal.extend({ kind: z.literal('head') }),
  seal.extend({ kind: z.literal('seal') }),
  entry.extend({ kind: z.literal('entry') }),
]);
const MAX_LINE = 1024 * 1024;

export const command: Command = {
  description:
    'Follows the chain of the audit: is every entry the one that was written, in its place, up to the last? Of a server, or of an exported file. Exit status 1 when something was changed.',
  options: [
    { flags: '--file <file>', summary: 'an exported audit instead of a server' },
    { flags: '--key <key>', summary: 'with --file: the key that the seals must be of, as an earlier check showed it' },
    { flags: '--head <seq:hash>', summary: 'with --file: a state noted earlier that must still be in the chain' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay audit verify', 'the chain of a server; note its last line elsewhere'],
    ['assay audit verify --file audit.jsonl --head 1840:9f2c…', 'an export against a noted state'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const file = textOption(options, 'file');
    const report =
      file === undefined
        ? await callEndpoint(connect(invocation), verifyAudit)
        : await verifyFile(file, textOption(options, 'key'), headOption(textOption(options, 'head')));
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...report }, null, 2));
    else {
      for (const problem of report.problems) terminal.out(printable(`${problem.code}: ${problem.detail}`));
      terminal.out(
        report.problems.length === 0
          ? `${report.entries} entries, all as they were written`
          : `${report.problems.length} problems in ${report.entries} entries`,
      );
      terminal.out(`key ${printable(report.key)}`);
      terminal.out(`head ${report.last}:${printable(report.hash)}`);
    }
    return report.problems.length === 0 ? 0 : 1;
  },
};

function headOption(text: string | undefined): { seq: number; hash: string } | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (!match) throw new AssayError('usage-invalid', '--head is a count, a colon and 64 hexadecimal digits');
  return { seq: Number(match[1]), hash: match[2] ?? '' };
}

async function verifyFile(file: string, key: string | undefined, head: { seq: number; hash: string } | undefined) {
  const seals: Seal[] = [];
  let check: ChainCheck | undefined;
  let ownKey = '';
  let ownHead: { seq: number; hash: string } | undefined;
  const begin = () => new ChainCheck(seals, [key ?? ownKey], head ?? ownHead);
  for await (const text of createInterface({ input: createReadStream(file) })) {
    if (text === '') continue;
    const { data, success } = line.safeParse(text.length > MAX_LINE ? undefined : parse(text));
    if (!success) throw new AssayError('input-invalid', `${file} holds a line that is none of an exported audit`);
    if (data.kind === 'audit') ownKey = data.key;
    else if (data.kind === 'head') ownHead = data;
    else if (data.kind === 'seal') seals.push(data);
    else {
      check ??= begin();
      const { kind: _kind, ...sealed } = data;
      check.add(defined(sealed));
    }
  }
  return { ...(check ?? begin()).end(), key: key ?? ownKey };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Absent fields are absent, not undefined: the hash tells them apart from empty ones only so. */
function defined(sealed: z.output<typeof entry>): SealedEntry {
  return Object.fromEntries(
    Object.entries(sealed).filter(([, value]) => value !== undefined),
  ) as unknown as SealedEntry;
}
