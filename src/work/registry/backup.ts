import { z } from 'zod';
import { toRfc3339 } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { algorithmOf, type Digest, Digester, digestOf, parseDigest } from '../../oci/digest.ts';
import type { BackupFile, BackupFolder, BackupSource } from '../../ports/backup.ts';

/** The file that makes a folder a backup; it is written last, so it never speaks of files that are not there. */
const CATALOGUE = 'backup.json';
const DATABASE = 'assay.sqlite';

const entrySchema = z.object({ path: z.string(), size: z.number().int(), digest: z.string().transform(parseDigest) });
const catalogueSchema = z.object({
  schemaVersion: z.literal(1),
  version: z.string(),
  createdAt: z.iso.datetime(),
  database: entrySchema,
  files: z.array(entrySchema),
});
type Catalogue = z.output<typeof catalogueSchema>;

export interface BackupResult {
  readonly files: number;
  readonly bytes: number;
  readonly copied: number;
  readonly copiedBytes: number;
  readonly removed: number;
}

export type BackupProgress = (file: BackupFile, outcome: 'copied' | 'there') => void;

/**
 * Brings a folder to the state of the source. Files that are there already are kept, new ones are checked against their
 * digest as they come; the catalogue goes over last, then what the new state does not need is removed.
 */
export async function writeBackup(
  source: BackupSource,
  folder: BackupFolder,
  progress: BackupProgress,
): Promise<BackupResult> {
  if (!folder.empty && (await folder.size(CATALOGUE)) === undefined)
    throw new AssayError('input-invalid', 'the folder holds something that is no backup of Assay; choose an empty one');
  const needed = new Set([CATALOGUE]);
  const result = { files: 0, bytes: 0, copied: 0, copiedBytes: 0, removed: 0 };
  const entries: { path: string; size: number; digest: Digest }[] = [];
  let database: (typeof entries)[number] | undefined;
  for await (const file of source.files()) {
    const path = file.path === DATABASE ? `database-${source.createdAt}.sqlite` : file.path;
    needed.add(path);
    result.files++;
    result.bytes += file.size;
    const immutable = path.startsWith('blobs/');
    if (immutable && (await folder.size(path)) === file.size) {
      progress(file, 'there');
      continue;
    }
    const digest = await copyChecked(source.read(file), file, (bytes) => folder.write(path, bytes));
    result.copied++;
    result.copiedBytes += file.size;
    if (file.path === DATABASE) database = { path, size: file.size, digest };
    else if (!immutable) entries.push({ path, size: file.size, digest });
    progress(file, 'copied');
  }
  if (!database) throw new AssayError('internal', 'the backup holds no database');
  const catalogue = {
    schemaVersion: 1,
    version: source.version,
    createdAt: toRfc3339(source.createdAt),
    database,
    files: entries,
  };
  await folder.write(CATALOGUE, oneChunk(new TextEncoder().encode(`${JSON.stringify(catalogue, undefined, 2)}\n`)));
  for await (const path of folder.list()) {
    if (needed.has(path)) continue;
    await folder.remove(path);
    result.removed++;
  }
  await verifyBackup(folder);
  return result;
}

/** Reads the catalogue and checks the files it names; blobs are checked against the database when they are restored. */
export async function verifyBackup(folder: BackupFolder): Promise<Catalogue> {
  if ((await folder.size(CATALOGUE)) === undefined)
    throw new AssayError('input-invalid', `there is no ${CATALOGUE}: this is no backup, or one that was not finished`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of folder.read(CATALOGUE)) chunks.push(chunk);
  let catalogue: Catalogue;
  try {
    catalogue = catalogueSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    throw new AssayError('input-invalid', `${CATALOGUE} cannot be read`, { cause });
  }
  for (const file of [catalogue.database, ...catalogue.files]) await copyChecked(folder.read(file.path), file, drain);
  return catalogue;
}

/** Puts the files of a backup into an empty data directory; `blobs` are those that the restored database names. */
export async function restoreFiles(folder: BackupFolder, target: BackupFolder): Promise<Catalogue> {
  if (!target.empty) throw new AssayError('input-invalid', 'the data directory is not empty; restore into a new one');
  const catalogue = await verifyBackup(folder);
  for (const file of catalogue.files)
    await copyChecked(folder.read(file.path), file, (bytes) => target.write(file.path, bytes));
  const { database } = catalogue;
  await copyChecked(folder.read(database.path), database, (bytes) => target.write(DATABASE, bytes));
  return catalogue;
}

export async function restoreBlobs(
  folder: BackupFolder,
  target: BackupFolder,
  files: AsyncIterable<BackupFile>,
  progress: BackupProgress,
): Promise<{ files: number; bytes: number }> {
  const result = { files: 0, bytes: 0 };
  for await (const file of files) {
    if ((await folder.size(file.path)) !== file.size)
      throw new AssayError('blob-damaged', `the backup lacks ${file.path} (${file.digest ?? 'artefact'})`);
    await copyChecked(folder.read(file.path), file, (bytes) => target.write(file.path, bytes));
    result.files++;
    result.bytes += file.size;
    progress(file, 'copied');
  }
  return result;
}

/** Hands the bytes to `write` and fails, before their end, when they are not those that were promised. */
async function copyChecked(
  bytes: AsyncIterable<Uint8Array>,
  file: BackupFile,
  write: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Digest> {
  const digester = new Digester(file.digest ? algorithmOf(file.digest) : 'sha256');
  let computed: Digest | undefined;
  await write(
    (async function* () {
      let size = 0;
      for await (const chunk of bytes) {
        size += chunk.length;
        digester.update(chunk);
        yield chunk;
      }
      computed = digester.digest();
      if (size !== file.size || (file.digest && computed !== file.digest))
        throw new AssayError('blob-damaged', `${file.path} has other bytes than were stored; run assay fsck --full`);
    })(),
  );
  return computed ?? digestOf(new Uint8Array());
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of bytes);
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
