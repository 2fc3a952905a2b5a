import { AssayError } from '../../lib/error.ts';
import type { Analyser, Finding, LayerFile, OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { packageOfHeader } from './rpm-package.ts';
import { berkeleyHashValues } from './rpm-pages-bdb.ts';
import { ndbValues } from './rpm-pages-ndb.ts';
import { withWriteAheadLog } from './sqlite-log.ts';
import { SqlitePages } from './sqlite-pages.ts';

const DATABASE =
  /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/(rpmdb\.sqlite|Packages|Packages\.db|rpmdb\.sqlite-wal)$/;

/** RPM systems: the package headers in any of rpm's three kinds of database. */
export const rpm: Analyser = {
  name: 'rpm',
  reads:
    'rpm databases: `rpmdb.sqlite` with `rpmdb.sqlite-wal`, `Packages` (Berkeley DB), `Packages.db` (ndb), in their three folders',
  limits:
    'a write-ahead log is merged into the sqlite database of its own layer; one that changes the database of a layer below makes the answer incomplete',
  maxBytes: 256 * 1024 * 1024,
  system: true,
  wants: (path, size) => DATABASE.test(path) && (size > 0 || !path.endsWith('-wal')),
  partner: (path) =>
    path.endsWith('.sqlite') ? `${path}-wal` : path.endsWith('-wal') ? path.slice(0, -'-wal'.length) : undefined,
  read(file) {
    return readHeaders(file, valuesOf(file));
  },
};

function* valuesOf({ path, bytes, beside }: LayerFile): Generator<Uint8Array> {
  if (path.endsWith('-wal'))
    throw new AssayError('unsupported', 'changes to the rpm database of a layer below are not read');
  if (path.endsWith('.sqlite')) {
    for (const columns of new SqlitePages(beside ? withWriteAheadLog(bytes, beside) : bytes).table('Packages'))
      if (columns[1]) yield columns[1];
  } else yield* path.endsWith('.db') ? ndbValues(bytes) : berkeleyHashValues(bytes);
}

/** The counter of instances stands among the packages of a Berkeley database, as a value of four bytes. */
const SHORTEST = 8;

function readHeaders(file: LayerFile, values: Iterable<Uint8Array>): Finding {
  const packages: FoundPackage[] = [];
  const owned: OwnedFiles[] = [];
  for (const value of values) {
    const read = value.length < SHORTEST ? undefined : packageOfHeader(value);
    if (!read) continue;
    packages.push(read.found);
    owned.push(read.owned);
  }
  return { evidence: { analyser: 'rpm', path: file.path, packages }, owned };
}
