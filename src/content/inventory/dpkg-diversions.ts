import type { Analyser, Diversion } from './analyser.ts';
import { linesOf, textOf } from './text-files.ts';

const PATHS = new Set(['var/lib/dpkg/diversions', 'usr/lib/dpkg/diversions']);
const MAX_DIVERSIONS = 20_000;

/** dpkg-divert(1): three lines a diversion: the path, where it went, and the package that may keep it (`:` for none). */
export const dpkgDiversions: Analyser = {
  name: 'dpkg-diversions',
  reads: '`/var/lib/dpkg/diversions`, so that diverted files keep their owner',
  maxBytes: 4 * 1024 * 1024,
  system: true,
  wants: (path) => PATHS.has(path),
  read(file) {
    const diversions: Diversion[] = [];
    const lines = linesOf(textOf(file.bytes));
    for (let from = lines.next(); !from.done && diversions.length < MAX_DIVERSIONS; from = lines.next()) {
      const to = lines.next();
      const by = lines.next();
      if (to.done || by.done) break;
      diversions.push({ from: from.value, to: to.value, by: by.value });
    }
    return diversions.length > 0 ? { diversions } : undefined;
  },
};
