import type { Analyser } from './analyser.ts';
import { linesOf, textOf } from './text-files.ts';

const FILE = 'etc/yum.repos.d/amzn2-extras.repo';
const MAX_NAMES = 500;

/** Amazon Linux 2: the topics of the extras library that an image has enabled, as amazon-linux-extras writes them. */
export const amazonExtras: Analyser = {
  name: 'amazon-extras',
  reads: '`/etc/yum.repos.d/amzn2-extras.repo`',
  maxBytes: 1024 * 1024,
  wants: (path) => path === FILE,
  read(file) {
    const names = new Set<string>();
    let section = '';
    for (const line of linesOf(textOf(file.bytes))) {
      const text = line.trim();
      section = /^\[(amzn2extra-[a-z0-9.-]{1,80})\]$/.exec(text)?.[1] ?? (text.startsWith('[') ? '' : section);
      if (section !== '' && /^enabled\s*=\s*1$/.test(text)) names.add(section);
    }
    return names.size > 0 ? { repositories: { path: file.path, names: [...names].slice(0, MAX_NAMES) } } : undefined;
  },
};
