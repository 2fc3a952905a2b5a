import { AssayError } from '../lib/error.ts';
import { connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';

export const command: Command = {
  description:
    'Answers the admission webhooks of a cluster with the decisions of a server elsewhere. While that server is away, signed decisions that have not expired answer; nothing else is admitted. assay admission manifests writes what installs it.',
  options: [
    ...serverOptions,
    { flags: '--listen <address>', summary: 'host:port, 127.0.0.1:8443 when absent' },
    { flags: '--certificate <file>', summary: 'certificate of this service, PEM' },
    { flags: '--key <file>', summary: 'its key, PEM' },
    { flags: '--client-ca <file>', summary: 'answer only clients with a certificate of this authority' },
    { flags: '--state <folder>', summary: 'where signed decisions are kept, ./assay-admit when absent' },
  ],
  examples: [
    [
      'assay admit --server https://registry.example.com --listen 0.0.0.0:8443 --certificate tls.crt --key tls.key',
      'as the pods of assay admission manifests do',
    ],
  ],
  async run(invocation) {
    const { options, terminal, open } = invocation;
    const [certificate, key] = [textOption(options, 'certificate'), textOption(options, 'key')];
    if (certificate === undefined || key === undefined)
      throw new AssayError('usage-invalid', '--certificate and --key are needed: API servers speak TLS only');
    const replica = await open.admissionReplica(connect(invocation), {
      listen: textOption(options, 'listen') ?? '127.0.0.1:8443',
      certificate,
      key,
      clientCa: textOption(options, 'clientCa'),
      state: textOption(options, 'state') ?? './assay-admit',
    });
    terminal.out(`Assay admits on https://${replica.address}`);
    await new Promise<void>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
    });
    await replica.stop();
    return 0;
  },
};
