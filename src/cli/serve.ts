import type { Command } from './command.ts';

export const command: Command = {
  description: 'Starts the registry, its analysis and its console in one process.',
  options: [
    {
      flags: '--config <file>',
      summary: 'configuration file (default: $ASSAY_CONFIG, ./assay.yaml, /etc/assay/assay.yaml)',
    },
    { flags: '--listen <address>', summary: 'address and port, 127.0.0.1:5000 unless configured' },
    { flags: '--data-directory <folder>', summary: 'where everything is kept, ./assay-data unless configured' },
    {
      flags: '--log-level <level>',
      summary: 'how much is logged',
      choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    },
  ],
  examples: [
    ['assay serve', 'listen on 127.0.0.1:5000 and keep everything in ./assay-data'],
    ['assay serve --listen 127.0.0.1:5443 --data-directory /srv/assay', 'another port and place'],
  ],
  async run({ options, terminal, open }) {
    const server = await open.serve(options, terminal);
    terminal.out(`Assay listens on ${server.url}`);
    terminal.out(`data in          ${server.dataDirectory}`);
    const initial = server.initialPassword;
    if (initial && 'password' in initial)
      terminal.out(`sign in as       admin, password ${initial.password} (shown once; change it in the console)`);
    else if (initial)
      terminal.out(`sign in as       admin, password in ${initial.file} (the file goes when you change it)`);
    const signal = await new Promise<string>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
    });
    terminal.err(`stopping on ${signal} …`);
    await server.stop();
    return 0;
  },
};
