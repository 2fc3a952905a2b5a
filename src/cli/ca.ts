import { loadAuthority } from './client/authority.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Prints the certificate of a server’s own authority, which clients must trust to speak TLS with it.',
  args: [{ name: 'server', summary: 'host:port or URL (default 127.0.0.1:5000)', optional: true }],
  options: [
    {
      flags: '--fingerprint',
      summary: 'print the SHA-256 fingerprint instead, to compare it with what the server’s administrator reads',
    },
  ],
  examples: [
    ['assay ca registry.example:5443 > ca.crt', 'keep it for a client'],
    ['assay ca --fingerprint', 'read it at the server, compare it at the client'],
  ],
  async run({ args, options, terminal }) {
    const { pem, fingerprint } = await loadAuthority(args[0]);
    terminal.out(options['fingerprint'] ? fingerprint : pem.trimEnd());
    return 0;
  },
};
