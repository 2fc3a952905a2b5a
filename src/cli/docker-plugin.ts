import { AssayError } from '../lib/error.ts';
import { connect, serverOptions } from './ask-server.ts';
import type { Command, EnginePluginOptions } from './command.ts';
import { textOption } from './image-report.ts';

/** Where Docker Engine looks for plug-ins by name (docs: "Docker Plugin API", plugin discovery). */
const SOCKET = '/run/docker/plugins/assay.sock';

export const command: Command = {
  description:
    'Runs the gate of a Docker Engine: an authorisation plug-in that has the server judge each image and what its container asks for. It is a small process of its own and starts again within a second; while it is away, or does not understand a call, nothing runs. Start the engine with --authorization-plugin assay.',
  options: [
    ...serverOptions,
    { flags: '--socket <file>', summary: `where the engine finds it, ${SOCKET} when absent` },
    { flags: '--engine <file>', summary: 'the engine’s own socket, /var/run/docker.sock when absent' },
    {
      flags: '--state <folder>',
      summary: 'where signed decisions are kept for when the server is away, /var/lib/assay-docker when absent',
    },
    { flags: '--unsupervised', summary: 'do not start again by itself: something else does' },
  ],
  examples: [
    ['assay docker-plugin --server https://registry.example.com', 'then dockerd --authorization-plugin assay'],
  ],
  async run(invocation) {
    const { options, terminal, open } = invocation;
    const given: EnginePluginOptions = {
      socket: textOption(options, 'socket') ?? SOCKET,
      engine: textOption(options, 'engine') ?? '/var/run/docker.sock',
      state: textOption(options, 'state') ?? '/var/lib/assay-docker',
    };
    const supervised = options['unsupervised'] !== true;
    await using running = supervised
      ? await open.supervised([...process.argv.slice(2), '--unsupervised'], (line) => terminal.err(line))
      : await open.enginePlugin(connect(invocation), given);
    if (!running) throw new AssayError('internal');
    if (!supervised) terminal.err(`Assay decides for the engine at ${given.engine}, on ${given.socket}`);
    await new Promise<void>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
    });
    return 0;
  },
};
