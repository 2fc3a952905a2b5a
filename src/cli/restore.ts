import { AssayError } from '../lib/error.ts';
import type { Command } from './command.ts';
import { formatBytes } from './progress.ts';

export const command: Command = {
  description:
    'Makes a new data directory out of a backup: every file is checked against its digest as it is copied, then rows and files are compared. A data directory that is not empty is refused.',
  args: [{ name: 'folder', summary: 'a folder that assay backup wrote' }],
  options: [
    { flags: '--config <file>', summary: 'configuration file of the server' },
    { flags: '--data-directory <folder>', summary: 'the new data directory' },
  ],
  examples: [['assay restore /backup/assay --data-directory /srv/assay', 'then start the server on it']],
  async run({ args, options, terminal, open, environment }) {
    const folder = await open.backupFolder(args[0] ?? '');
    let seen = 0;
    const restored = await open.restore(folder, options, environment, () => {
      seen++;
      terminal.liveErr?.(`\r\u001b[2K${seen} files`);
    });
    terminal.liveErr?.('\r\u001b[2K');
    const opened = await open.stopped({ ...options, dataDirectory: restored.directory }, environment);
    if ('url' in opened) throw new AssayError('data-locked');
    await using local = opened;
    let damaged = 0;
    for await (const step of local.fsck({ full: false, repair: false }))
      if (step.kind === 'problem' && step.weight === 'damage') {
        damaged++;
        terminal.err(`damage: ${step.code} ${step.subject}`);
      }
    terminal.out(
      `restored the state of ${restored.createdAt} into ${restored.directory}: ${restored.files} blobs, ${formatBytes(restored.bytes)}, ${damaged === 0 ? 'nothing damaged' : `${damaged} damaged`}`,
    );
    return damaged > 0 ? 1 : 0;
  },
};
