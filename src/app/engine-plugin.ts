import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { engineOnSocket } from '../adapters/engine/engine-socket.ts';
import { decisionFile } from '../adapters/fs/decision-file.ts';
import type { EnginePluginOptions } from '../cli/command.ts';
import type { ServerClient } from '../cli/server-client.ts';
import { enginePlugin } from '../http/engine-plugin.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import { EngineGate } from '../work/gates/engine-gate.ts';
import { RemoteDecisions } from '../work/gates/remote-decisions.ts';
import { ownTurn } from './supervisor.ts';
import { serverDecisions } from './server-decisions.ts';

/** Listens where a Docker Engine looks for its plug-ins, and decides its calls with a server's decisions. */
export async function serveEnginePlugin(
  client: ServerClient,
  { socket, engine, state }: EnginePluginOptions,
): Promise<AsyncDisposable> {
  const decisions = new RemoteDecisions(serverDecisions(client), decisionFile(state), systemClock);
  await decisions.open();
  const gate = new EngineGate(engineOnSocket(engine), (question) => decisions.ask(question));
  const server = enginePlugin((request) => gate.decide(request));
  await ownTurn();
  mkdirSync(dirname(socket), { recursive: true });
  // What an earlier run left behind; two at once would answer alike.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new AssayError('configuration-invalid', `cannot listen on ${socket}`, { cause })),
    );
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await decisions.close();
    },
  };
}
