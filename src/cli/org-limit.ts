import { getOrganisation, updateOrganisation } from '../contract/access.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

export const command: Command = {
  description: 'Shows or sets how many bytes the repositories of an organisation may hold together.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'bytes', summary: 'a count, with K, M, G or T; none lifts the limit', optional: true },
  ],
  options: serverOptions,
  examples: [
    ['assay org limit shop', 'what is stored, and the limit'],
    ['assay org limit shop 50G', 'at most 50 GiB'],
  ],
  async run(invocation) {
    const organisation = argument(invocation, 0);
    const wanted = invocation.args[1];
    const client = connect(invocation);
    if (wanted !== undefined)
      await callEndpoint(client, updateOrganisation, { params: { organisation }, body: { maxBytes: bytesOf(wanted) } });
    const { usedBytes, maxBytes } = await callEndpoint(client, getOrganisation, { params: { organisation } });
    invocation.terminal.out(
      `${printable(organisation)} stores ${usedBytes} bytes; the limit is ${maxBytes === undefined ? 'none' : `${maxBytes} bytes`}`,
    );
    return 0;
  },
};

function bytesOf(text: string): number | null {
  if (text === 'none') return null;
  const match = /^(\d{1,12})([KMGT]?)$/i.exec(text);
  const count = match && Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1);
  if (!match || count === null || !Number.isSafeInteger(count))
    throw new AssayError('usage-invalid', `not a count of bytes: ${text.slice(0, 40)} (50G, none)`);
  return count;
}
