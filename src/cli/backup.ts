import { beginBackup, endBackup, listBackupFiles, readBackupFile } from '../contract/upkeep.ts';
import type { BackupFile, BackupSource } from '../ports/backup.ts';
import { parseDigest } from '../oci/digest.ts';
import { writeBackup } from '../work/registry/backup.ts';
import type { Command } from './command.ts';
import { formatBytes } from './progress.ts';
import { ServerClient } from './server-client.ts';

export const command: Command = {
  description:
    'Copies the state of one moment into a folder while the server goes on; into the same folder again it copies only what is new. The keys of the signing service are in it as they lie there, sealed; the store key that opens them never is.',
  args: [{ name: 'folder', summary: 'an empty folder, or that of an earlier backup' }],
  options: [
    { flags: '--server <url>', summary: 'a running server, when it is not the one of this configuration' },
    { flags: '--config <file>', summary: 'configuration file of the stopped server' },
    { flags: '--data-directory <folder>', summary: 'data directory of the stopped server' },
  ],
  examples: [
    ['assay backup /backup/assay', 'of the server of this configuration, running or stopped'],
    ['assay backup --server https://registry.example /backup/assay', 'of a server elsewhere'],
  ],
  async run({ args, options, terminal, open, environment }) {
    const folder = await open.backupFolder(args[0] ?? '');
    const started = performance.now();
    const opened = typeof options['server'] === 'string' ? { url: options['server'] } : undefined;
    const house = opened ?? (await open.stopped(options, environment));
    await using local = 'url' in house ? undefined : house;
    await using source = local
      ? await local.backup()
      : await remoteBackup(new ServerClient((house as { url: string }).url, environment));
    let seen = 0;
    const result = await writeBackup(source, folder, () => {
      seen++;
      terminal.liveErr?.(`\r\u001b[2K${seen} files`);
    });
    terminal.liveErr?.('\r\u001b[2K');
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    terminal.out(
      `${result.files} files, ${formatBytes(result.bytes)}; copied ${result.copied} (${formatBytes(result.copiedBytes)}), removed ${result.removed} of an earlier backup, verified, in ${seconds} s`,
    );
    return 0;
  },
};

async function remoteBackup(client: ServerClient): Promise<BackupSource> {
  const begun = beginBackup.answer.parse(await client.call('POST', beginBackup.path));
  const path = (template: string) => template.replace('{backup}', encodeURIComponent(begun.id));
  return {
    createdAt: Date.parse(begun.createdAt),
    version: begun.version,
    async *files(): AsyncGenerator<BackupFile> {
      for (let cursor: string | undefined; ; ) {
        const query = cursor === undefined ? '' : `?cursor=${cursor}`;
        const page = listBackupFiles.answer.parse(await client.call('GET', path(listBackupFiles.path) + query));
        for (const file of page.items)
          yield {
            path: file.path,
            size: file.size,
            digest: file.digest === undefined ? undefined : parseDigest(file.digest),
          };
        if (page.next === undefined) return;
        cursor = page.next;
      }
    },
    async *read(file) {
      yield* await client.stream('GET', `${path(readBackupFile.path)}?path=${encodeURIComponent(file.path)}`);
    },
    async [Symbol.asyncDispose]() {
      await client.call('DELETE', path(endBackup.path));
    },
  };
}
