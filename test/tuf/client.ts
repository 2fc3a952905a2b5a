import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/lib/error-table.ts';
import { isAssayError } from '../../src/lib/error.ts';
import type { TrustedFiles } from '../../src/ports/trusted-files.ts';
import type { Chain } from '../../src/trust/tuf/client/chain.ts';
import { findTarget, type FoundTarget } from '../../src/trust/tuf/client/find-target.ts';
import type { Workflow } from '../../src/trust/tuf/client/step.ts';
import { updateTuf1 } from '../../src/trust/tuf/client/tuf1-workflow.ts';
import { readTuf1 } from '../../src/trust/tuf/tuf1/read.ts';
import { runWorkflow } from '../../src/work/trust/run-workflow.ts';
import type { Tuf1Repository } from './repository.ts';

/** Trusted files in memory. */
export function memoryFiles(
  start: Iterable<[string, Uint8Array]> = [],
): TrustedFiles & { all: Map<string, Uint8Array> } {
  const all = new Map(start);
  return {
    all,
    load: async (role) => all.get(role),
    keep: async (role, raw) => void all.set(role, raw),
    forget: async (role) => void all.delete(role),
  };
}

/** A client of a repository in memory, with the root it was shipped with. */
export class TestClient {
  readonly repository: Tuf1Repository;
  readonly files;
  now: number;
  readonly warnings: string[] = [];

  constructor(repository: Tuf1Repository, root = repository.history.get('root')![0]!) {
    this.repository = repository;
    this.files = memoryFiles([['root', root]]);
    this.now = repository.now;
  }

  run<T>(workflow: Workflow<T>): Promise<T> {
    const fetch = async (name: string, maxBytes: number) => {
      const bytes = this.repository.fetch(name);
      assert.ok(maxBytes > 0);
      return bytes;
    };
    return runWorkflow(workflow, { fetch, files: this.files, warn: (text) => this.warnings.push(text) });
  }

  refresh(): Promise<Chain> {
    return this.run(updateTuf1({ now: this.now }));
  }

  async find(path: string): Promise<FoundTarget | undefined> {
    return this.run(findTarget(await this.refresh(), path));
  }

  /** Refreshes and requires that it fails with this code; answers the message. */
  async refuses(code: ErrorCode): Promise<string> {
    return refusal(() => this.refresh(), code);
  }

  /** The version of a trusted file, or none. */
  version(role: string): number | undefined {
    const raw = this.files.all.get(role);
    const type = role === 'root' || role === 'timestamp' || role === 'snapshot' ? role : 'targets';
    return raw && readTuf1(type, raw).signed.version;
  }

  /** Trusted files and their versions. */
  trusted(): Record<string, number | undefined> {
    return Object.fromEntries([...this.files.all.keys()].sort().map((role) => [role, this.version(role)]));
  }
}

/** Requires that an act fails with a code; answers the message. */
export async function refusal(act: () => Promise<unknown>, code: ErrorCode): Promise<string> {
  let message = '';
  await assert.rejects(act, (error: unknown) => {
    assert.ok(isAssayError(error), `not a coded error: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    message = error.message;
    return true;
  });
  return message;
}
