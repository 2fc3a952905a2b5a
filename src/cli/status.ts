import { getStatus } from '../contract/house.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Shows the state of a server: version, database, waiting and failed work, and what confines the analysis.',
  options: [formatOption, ...serverOptions],
  examples: [['assay status --server https://registry.example.com', 'needs an administrator']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const status = await callEndpoint(client, getStatus);
    if (options['format'] === 'json') {
      terminal.out(JSON.stringify({ schemaVersion: 1, ...status }, null, 2));
      return 0;
    }
    terminal.out(`server    ${client.base}, version ${printable(status.version)}, since ${status.startedAt}`);
    terminal.out(`database  ${printable(status.database)}`);
    for (const [at, each] of status.confinement.entries())
      terminal.out(`${at === 0 ? 'analysis' : '        '}  ${printable(each)}`);
    terminal.out(
      status.signer.state === 'works'
        ? `signer    works, ${status.signer.keys ?? 0} keys, ${printable(status.signer.backend ?? '')}`
        : `signer    down: ${printable(status.signer.reason ?? 'unknown')}`,
    );
    if (status.acme) {
      const { names, notAfter, lastError, nextTryAt } = status.acme;
      const until = notAfter === undefined ? 'none yet' : `until ${notAfter}`;
      terminal.out(`acme      certificate of ${names.map(printable).join(', ')}: ${until}`);
      if (lastError !== undefined)
        terminal.err(`no new certificate: ${printable(lastError)}; next try ${nextTryAt ?? 'soon'}`);
    }
    const dead = status.jobs.filter((each) => each.state === 'dead');
    terminal.out(`work      ${status.jobs.length - dead.length} waiting or running, ${dead.length} given up`);
    for (const each of dead)
      terminal.err(
        `given up: ${printable(each.kind)} after ${each.attempts} tries: ${printable(each.lastError ?? 'unknown')}`,
      );
    return dead.length > 0 || status.signer.state === 'down' ? 1 : 0;
  },
};
