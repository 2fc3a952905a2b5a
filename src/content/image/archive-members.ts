import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { isAssayError } from '../../lib/error.ts';
import { TarReader } from '../../lib/tar.ts';
import { type ZipLimits, zipEntries } from '../../lib/zip.ts';

/** Stands between the path of an archive in the image and that of a member in it, as Java writes it. */
export const INSIDE = '!/';

const ZIP = /\.(?:zip|jar|war|ear|whl|egg|nupkg|aar)$/i;
const TAR = /\.(?:tar|tgz|tar\.gz|tar\.zst)$/i;
const SINGLE = /\.(?:gz|zst)$/i;
/** Manuals and texts that every copy of a package brings, packed one by one. */
const MANUALS = /(?:^|\/)share\/(?:doc|man|info|locale|help|fonts)\//;
/** Members that hold code of machines, pictures and the like; unpacking them would cost most of the time. */
const PASSED =
  /\.(?:class|pyc|pyo|png|jpe?g|gif|webp|ico|svg|woff2?|ttf|otf|eot|mo|so(?:\.[\d.]+)?|dll|dylib|exe|a|o|bz2|xz|map|RSA|DSA|SF)$|(?:^|\/)$/;
const MAX_PACKED = 64 * 1024 ** 2;
const MAX_MEMBER = 16 * 1024 ** 2;
const MAX_TOTAL = 256 * 1024 ** 2;
const MAX_MEMBERS = 50_000;
const MAX_DEPTH = 3;
const ZIP_LIMITS: ZipLimits = {
  maxEntries: MAX_MEMBERS,
  maxEntryBytes: MAX_MEMBER,
  maxTotalBytes: MAX_TOTAL,
  maxRatio: 1000,
};

/** What the reference says of it. */
export const ARCHIVE_LIMITS = `archives (zip, jar, war, ear, whl, egg, nupkg, aar, tar, gzip, zstd) up to ${MAX_PACKED / 1024 ** 2} MiB, ${MAX_DEPTH} deep, ${MAX_TOTAL / 1024 ** 2} MiB unpacked, members up to ${MAX_MEMBER / 1024 ** 2} MiB`;

export interface ArchiveMember {
  /** `app.jar!/config.properties` */
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface Budget {
  bytes: number;
  members: number;
}

/** Whether a file is an archive that is opened for what people pack by mistake. */
export function isOpened(path: string, size: number): boolean {
  return (
    size <= MAX_PACKED && size > 0 && (ZIP.test(path) || TAR.test(path) || SINGLE.test(path)) && !MANUALS.test(path)
  );
}

/** The members of an archive and of those nested in it. What is damaged or beyond its budget ends there, without a word. */
export function* membersOf(path: string, bytes: Uint8Array): Generator<ArchiveMember> {
  yield* opened(path, bytes, 1, { bytes: MAX_TOTAL, members: MAX_MEMBERS });
}

function* opened(path: string, bytes: Uint8Array, depth: number, budget: Budget): Generator<ArchiveMember> {
  try {
    for (const { name, bytes: inner } of partsOf(path, bytes, budget)) {
      budget.bytes -= inner.length;
      if (budget.bytes < 0 || --budget.members < 0) return;
      const place = `${path}${INSIDE}${name.slice(0, 1000)}`;
      if (depth < MAX_DEPTH && isOpened(name, inner.length)) yield* opened(place, inner, depth + 1, budget);
      else yield { path: place, bytes: inner };
    }
  } catch (error) {
    if (!isAssayError(error) && !(error instanceof Error && 'code' in error)) throw error;
  }
}

interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function* partsOf(path: string, bytes: Uint8Array, budget: Budget): Generator<Part> {
  if (ZIP.test(path)) {
    for (const entry of zipEntries(bytes, ZIP_LIMITS))
      if (!entry.directory && entry.size <= MAX_MEMBER && !PASSED.test(entry.name))
        yield { name: entry.name, bytes: entry.read() };
    return;
  }
  const plain = /\.(?:gz|tgz|zst)$/i.test(path) ? inflated(bytes, Math.min(budget.bytes, MAX_TOTAL)) : bytes;
  if (TAR.test(path)) yield* tarParts(plain);
  else {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(SINGLE, '');
    if (plain.length <= MAX_MEMBER && !PASSED.test(name)) yield { name, bytes: plain };
  }
}

function inflated(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return bytes[0] === 0x1f
    ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength })
    : zstdDecompressSync(bytes, { maxOutputLength });
}

function tarParts(bytes: Uint8Array): Part[] {
  const found: Part[] = [];
  let name = '';
  let parts: Uint8Array[] = [];
  const reader = new TarReader(
    {
      entry: (entry) => {
        if (entry.type !== 'file' || entry.size > MAX_MEMBER || PASSED.test(entry.path)) return false;
        name = entry.path;
        parts = [];
        return true;
      },
      // The pieces are parts of one buffer that stays.
      data: (chunk) => void parts.push(chunk),
      end: () => void found.push({ name, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }),
      refused: () => undefined,
    },
    { maxEntries: MAX_MEMBERS, maxPathBytes: 4096, maxHeaderBytes: 1024 ** 2 },
  );
  reader.write(bytes);
  return found;
}
