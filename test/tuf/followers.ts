import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Updater } from 'tuf-js';
import { storeTarget } from '../../src/adapters/fs/target-folder.ts';
import { trustedFolder } from '../../src/adapters/fs/trusted-folder.ts';
import { httpClient } from '../../src/cli/client/http.ts';
import { isAssayError } from '../../src/lib/error.ts';
import { targetUrlPath } from '../../src/trust/tuf/client/file-names.ts';
import { findTarget } from '../../src/trust/tuf/client/find-target.ts';
import { updateTuf1 } from '../../src/trust/tuf/client/tuf1-workflow.ts';
import { downloadTarget } from '../../src/work/trust/download-target.ts';
import { httpMetadata } from '../../src/work/trust/http-metadata.ts';
import { runWorkflow } from '../../src/work/trust/run-workflow.ts';
import type { ServedRepository } from './serve.ts';

/** Contents of the targets that a visit asked for, or why the client refused. */
export type Visit = { readonly contents: readonly string[] } | { readonly refusal: string };

/** One client with its own folders: updates and downloads targets, as one run of a program. */
export interface Follower extends Disposable {
  visit(paths: readonly string[]): Promise<Visit>;
}

/** A kind of client; each repository that it follows starts from a root it was shipped with. */
export interface ClientKind extends Disposable {
  readonly name: 'Assay' | 'tuf-js' | 'python-tuf';
  follow(server: ServedRepository, root: Uint8Array): Follower;
}

interface Folders extends Disposable {
  readonly metadata: string;
  readonly targets: string;
}

function folders(root: Uint8Array): Folders {
  const folder = mkdtempSync(join(tmpdir(), 'assay-follower-'));
  const metadata = join(folder, 'metadata');
  const targets = join(folder, 'targets');
  mkdirSync(metadata);
  mkdirSync(targets);
  writeFileSync(join(metadata, 'root.json'), root);
  return { metadata, targets, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

function follower(own: Folders, visit: (paths: readonly string[]) => Promise<Visit>): Follower {
  return { visit, [Symbol.dispose]: () => own[Symbol.dispose]() };
}

export const assayClients: ClientKind = {
  name: 'Assay',
  follow(server, root) {
    const own = folders(root);
    const http = httpClient(async () => []);
    const world = { files: trustedFolder(own.metadata), fetch: httpMetadata(http, new URL(server.metadataUrl)) };
    return follower(own, async (paths) => {
      try {
        const chain = await runWorkflow(updateTuf1({ now: Date.now() }), world);
        const contents: string[] = [];
        for (const path of paths) {
          const target = await runWorkflow(findTarget(chain, path), world);
          if (!target) return { refusal: 'not found' };
          const url = new URL(targetUrlPath(path, target.file, true), server.targetsUrl);
          const stored = await storeTarget(own.targets, target, () => downloadTarget(http, url));
          contents.push(readFileSync(stored, 'utf8'));
        }
        return { contents };
      } catch (error) {
        if (!isAssayError(error)) throw error;
        return { refusal: error.code };
      }
    });
  },
  [Symbol.dispose]: () => undefined,
};

export const tufJsClients: ClientKind = {
  name: 'tuf-js',
  follow(server, root) {
    const own = folders(root);
    return follower(own, async (paths) => {
      try {
        const updater = new Updater({
          metadataDir: own.metadata,
          metadataBaseUrl: server.metadataUrl,
          targetDir: own.targets,
          targetBaseUrl: server.targetsUrl.slice(0, -1),
          config: { fetchRetry: 0 },
        });
        await updater.refresh();
        const contents: string[] = [];
        for (const path of paths) {
          const info = await updater.getTargetInfo(path);
          if (!info) return { refusal: 'not found' };
          const stored = (await updater.findCachedTarget(info)) ?? (await updater.downloadTarget(info));
          contents.push(readFileSync(stored, 'utf8'));
        }
        return { contents };
      } catch (error) {
        return { refusal: error instanceof Error ? error.constructor.name : String(error) };
      }
    });
  },
  [Symbol.dispose]: () => undefined,
};

/** python-tuf in the interpreter given; requests are answered one after the other. */
export function pythonClients(interpreter: string): ClientKind {
  const child: ChildProcess = spawn(interpreter, [join(import.meta.dirname, 'python_client.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    name: 'python-tuf',
    follow(server, root) {
      const own = folders(root);
      return follower(own, async (paths) => {
        const request = {
          metadataDir: own.metadata,
          metadataUrl: server.metadataUrl,
          targetDir: own.targets,
          targetsUrl: server.targetsUrl,
          paths,
        };
        child.stdin!.write(`${JSON.stringify(request)}\n`);
        const line = await lines.next();
        if (line.done) throw new Error('python-tuf ended');
        const answer = JSON.parse(line.value) as Visit;
        if (!('refusal' in answer)) return answer;
        return { refusal: answer.refusal.startsWith('LookupError') ? 'not found' : answer.refusal.replace(/:.*/s, '') };
      });
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
