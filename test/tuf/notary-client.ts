import { AssayError } from '../../src/lib/error.ts';
import type { ErrorCode } from '../../src/lib/error-table.ts';
import type { Collection, NotaryOptions } from '../../src/trust/tuf/client/notary-workflow.ts';
import type { SignedTag } from '../../src/trust/tuf/client/signed-tags.ts';
import { verifyCollection, verifyTag } from '../../src/work/trust/verify-tag.ts';
import { memoryFiles, refusal } from './client.ts';

/** What a server answers for a name; undefined is 404. */
export interface NotaryServer {
  readonly gun: string;
  readonly now: number;
  fetch(name: string): Uint8Array | undefined;
}

/** A client of a Notary collection with its own trusted files, as one home directory. */
export class NotaryTestClient {
  readonly server: NotaryServer;
  readonly files = memoryFiles();
  readonly warnings: string[] = [];
  now: number;
  pins: NonNullable<NotaryOptions['pins']> = {};
  reachable = true;

  constructor(server: NotaryServer) {
    this.server = server;
    this.now = server.now;
  }

  get #world() {
    const fetch = async (name: string, maxBytes: number) => {
      if (!this.reachable) throw new AssayError('network-failed', 'the trust server cannot be reached');
      const bytes = this.server.fetch(name);
      if (bytes && bytes.length > maxBytes) throw new AssayError('trust-endless-data', `${name} is too long`);
      return bytes;
    };
    return { fetch, files: this.files, warn: (text: string) => this.warnings.push(text) };
  }

  get #request() {
    return { gun: this.server.gun, now: this.now, pins: this.pins };
  }

  collection(): Promise<Collection> {
    return verifyCollection(this.#request, this.#world);
  }

  tag(tag: string): Promise<SignedTag> {
    return verifyTag('notary', this.#request, tag, this.#world);
  }

  refuses(code: ErrorCode): Promise<string> {
    return refusal(() => this.collection(), code);
  }
}
