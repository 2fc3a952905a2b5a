import { Socket } from 'node:net';
import { serveSigner } from '../adapters/signer/server.ts';
import { isAssayError } from '../lib/error.ts';
import { openSigner } from './signer.ts';

/**
 * Entry of the embedded signing service: a child of the server with an empty environment, which answers on the socket
 * it inherits as descriptor 3 and ends with it. Arguments: its directory, the program's version, the store key's file.
 */
const [directory = '', version = '', storeKeyFile] = process.argv.slice(2);

// An interrupt on the terminal goes to the whole group; the server says when it is time.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

try {
  await using signer = await openSigner({ directory, version, keys: { storeKeyFile } });
  await serveSigner(new Socket({ fd: 3, readable: true, writable: true }), signer.service);
} catch (error) {
  // One line for the server's log; a stack would hold nothing that helps.
  process.stderr.write(`${isAssayError(error) ? error.message : 'ended by an unexpected error'}\n`);
  process.exitCode = 1;
}
