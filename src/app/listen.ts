import type { Server } from 'node:net';
import { AssayError, systemCode } from '../lib/error.ts';

/** Opens the port, or says in one line why not; the port that it is. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = systemCode(error);
      const reason =
        code === 'EADDRINUSE'
          ? 'the port is taken'
          : code === 'EACCES'
            ? 'that port needs more rights'
            : (code ?? error.message);
      reject(
        new AssayError(
          'configuration-invalid',
          `cannot listen on ${host}:${port}: ${reason}; choose another with --listen`,
          { cause: error },
        ),
      );
    });
    server.listen({ host, port, backlog: 511 }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : port);
    });
  });
}
