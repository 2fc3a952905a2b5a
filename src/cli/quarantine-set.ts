import { holdDigest, releaseDigest, setRelease } from '../contract/quarantine.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, ExitStatus, Invocation, Option } from './command.ts';
import { textOption } from './image-report.ts';
import { namedImage } from './server-image.ts';

const options: readonly Option[] = [
  { flags: '--reason <text>', summary: 'why; people who are refused read it' },
  { flags: '--organisation <name>', summary: 'in every repository of it, named by digest alone' },
  formatOption,
  ...serverOptions,
];
const args = [
  {
    name: 'image',
    summary: 'registry/repository:tag or @digest; without the registry on the server; with --organisation a digest',
  },
];

export const hold: Command = {
  description:
    'Holds an image back from every gate, whatever the policies say, until somebody releases it. The manifest is held, under each of its tags.',
  args,
  options,
  examples: [
    ["assay quarantine hold 127.0.0.1:5000/shop/app:2 --reason 'reported by a customer'", 'nobody pulls it'],
    ["assay quarantine hold --organisation shop sha256:… --reason 'stolen build'", 'wherever it is, or will be pushed'],
  ],
  run: (invocation) => set(invocation, 'held'),
};

export const release: Command = {
  description: 'Lets an image go: out of what a person held back, and out of the quarantine of the rule `released`.',
  args,
  options,
  examples: [
    ["assay quarantine release 127.0.0.1:5000/shop/app:2 --reason 'looked at'", 'policies alone decide again'],
  ],
  run: (invocation) => set(invocation, 'released'),
};

async function set(invocation: Invocation, state: 'held' | 'released'): Promise<ExitStatus> {
  const { options: given, terminal } = invocation;
  const organisation = textOption(given, 'organisation');
  if (organisation !== undefined) return everywhere(invocation, organisation, state);
  const { client, repository, reference } = namedImage(invocation);
  const reason = textOption(given, 'reason');
  if (reason === undefined || reason.trim() === '') throw new AssayError('usage-invalid', 'say why with --reason');
  const found = await callEndpoint(client, setRelease, { params: { repository, reference }, body: { state, reason } });
  if (given['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
  else terminal.out(`${found.repository}@${found.digest} is ${state === 'held' ? 'held back' : 'released'}`);
  return 0;
}

async function everywhere(
  invocation: Invocation,
  organisation: string,
  state: 'held' | 'released',
): Promise<ExitStatus> {
  const reason = textOption(invocation.options, 'reason');
  if (reason === undefined || reason.trim() === '') throw new AssayError('usage-invalid', 'say why with --reason');
  const digest = argument(invocation, 0);
  const asked = { params: { organisation, digest }, body: { reason } };
  const client = connect(invocation);
  if (state === 'held') await callEndpoint(client, holdDigest, asked);
  else await callEndpoint(client, releaseDigest, asked);
  invocation.terminal.out(`${digest} is ${state === 'held' ? 'held back' : 'held no more'} in ${organisation}`);
  return 0;
}
