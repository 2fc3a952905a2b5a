import type { Analyser } from './analyser.ts';

const OTHERS = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/(Packages|Packages\.db|rpmdb\.sqlite-wal)$/;

/** rpm databases that are not read: they are reported, so that an image with one is never taken for an empty one. */
export const rpmOther: Analyser = {
  name: 'rpm-other',
  maxBytes: 0,
  wants: (path, size) => size > 0 && OTHERS.test(path),
  unsupported(path) {
    const kind = OTHERS.exec(path)?.[1];
    if (kind === 'rpmdb.sqlite-wal') return 'changes to the rpm database that were not merged into it are not read';
    return `rpm databases in the ${kind === 'Packages' ? 'Berkeley DB' : 'ndb'} format are not read`;
  },
  read: () => undefined,
};
