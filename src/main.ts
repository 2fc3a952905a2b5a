import { runCommandLine } from './cli/run.ts';
import type { Open } from './cli/command.ts';
import { processTerminal } from './cli/terminal.ts';
import { packageRoot, packageVersion } from './app/root.ts';

const open: Open = {
  async serve(flags, terminal) {
    const [{ loadConfig }, { serve }] = await Promise.all([import('./app/config.ts'), import('./app/serve.ts')]);
    const { config } = loadConfig(process.env, flags);
    return serve(config, { terminal: terminal.interactive });
  },
};

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: packageVersion(packageRoot()),
  terminal: processTerminal(),
  open,
  environment: process.env,
});
