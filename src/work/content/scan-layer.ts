import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { LayerObservation } from '../../content/findings/observation.ts';
import type { LayerContents } from '../../content/image/layer-contents.ts';
import { layerLimits } from '../../content/image/layer-reader.ts';
import type { Incomplete } from '../../content/inventory/package.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { TarReader } from '../../lib/tar.ts';
import type { MalwareScanner, MalwareSession } from '../../ports/malware-scanner.ts';

/** As many as an inventory may hold. */
const MAX_OBSERVATIONS = 20_000;
const MAX_FOUND = 1000;
const MAX_UNREAD = 1000;
const streaming = { chunkSize: 256 * 1024 };

/** Version of an analysis: another when an engine takes part, so that its coming makes images be looked at again. */
export function analysisVersion(analysers: string, scanner: MalwareScanner | undefined): string {
  return scanner ? `${analysers}+${scanner.name}` : analysers;
}

/**
 * Shows every file of a layer to a malware engine, from this process, since the one that reads layers has no network.
 * Contents that an engine was through with are marked by its name; where it was out of reach they are not, and say so.
 */
export async function scanLayer(
  scanner: MalwareScanner,
  contents: LayerContents,
  open: () => AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  const { inventory } = contents;
  // A layer that could not be followed to its end says so already; the bytes behind that place are no files.
  if (inventory.scannedBy === scanner.name || inventory.entries === 0) return contents;
  const found: LayerObservation[] = [];
  const incomplete: Incomplete[] = [];
  try {
    using session = await scanner.open(signal);
    await everyFile(open(), session, async (path) => {
      const verdict = await session.finish();
      if (verdict.state === 'found' && found.length < MAX_FOUND)
        found.push(infected(scanner.name, path, verdict.signature));
      else if (verdict.state === 'unread' && incomplete.length < MAX_UNREAD)
        incomplete.push({ code: 'unsupported', path, detail: `not searched for malware: ${verdict.reason}` });
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (isAssayError(error, 'content-malformed') || isAssayError(error, 'content-budget-exceeded')) {
      incomplete.push({ code: 'malformed', detail: `searched for malware up to where it broke off: ${error.message}` });
    } else if (isAssayError(error, 'network-failed') || isAssayError(error, 'remote-refused')) {
      const detail = `not searched for malware: ${error.message}`;
      return merged(contents, found, [{ code: 'unavailable', detail }]);
    } else throw error;
  }
  const done = merged(contents, found, incomplete);
  return { ...done, inventory: { ...done.inventory, scannedBy: scanner.name } };
}

/** Whether an engine was out of reach: what was found stands for now, and the layer is shown to it again later. */
export function isUnscanned(contents: LayerContents, scanner: MalwareScanner | undefined): boolean {
  return scanner !== undefined && contents.inventory.entries > 0 && contents.inventory.scannedBy !== scanner.name;
}

function merged(
  { inventory, files }: LayerContents,
  found: readonly LayerObservation[],
  incomplete: readonly Incomplete[],
): LayerContents {
  const observations = [...found, ...(inventory.observations ?? [])].slice(0, MAX_OBSERVATIONS);
  return { inventory: { ...inventory, observations, incomplete: [...inventory.incomplete, ...incomplete] }, files };
}

function infected(engine: string, path: string, signature: string): LayerObservation {
  return {
    kind: 'malware',
    id: engine,
    title: `Known to a malware engine as ${signature}`,
    severity: 'critical',
    path,
    detail: signature,
    cure: 'find out who brought the file, rebuild from a clean base',
  };
}

/** Regular files with bytes, one after the other, with the pace of the engine. */
async function everyFile(
  bytes: AsyncIterable<Uint8Array>,
  session: MalwareSession,
  end: (path: string) => Promise<void>,
): Promise<void> {
  let path = '';
  let waiting: (() => Promise<void>)[] = [];
  const reader = new TarReader(
    {
      entry: (entry) => {
        if (entry.size === 0 || entry.type !== 'file') return false;
        path = entry.path;
        return true;
      },
      data: (chunk) => {
        const kept = chunk.slice();
        waiting.push(() => session.write(kept));
      },
      end: () => {
        const of = path;
        waiting.push(() => end(of));
      },
      refused: () => undefined,
    },
    layerLimits,
  );
  for await (const chunk of unpacked(bytes)) {
    reader.write(chunk);
    const steps = waiting;
    waiting = [];
    for (const step of steps) await step();
  }
  reader.end();
}

/** The uncompressed tar; packing is told by magic numbers (RFC 1952, RFC 8878), as by the analysis. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = Buffer.alloc(0);
  while (head.length < 4) {
    const next = await source.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const decompress = decompressor(head);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield head;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  }
  if (!decompress) {
    yield* whole();
    return;
  }
  const fed = pipeline(Readable.from(whole()), decompress);
  fed.catch(() => undefined);
  try {
    for await (const chunk of decompress) yield chunk;
    await fed;
  } catch (error) {
    if (isAssayError(error)) throw error;
    throw new AssayError('content-malformed', `the compressed stream cannot be read: ${String(error)}`);
  }
}

function decompressor(head: Uint8Array): Transform | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip(streaming);
  const magic = head.length >= 4 ? Buffer.from(head).readUInt32LE(0) : 0;
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return createZstdDecompress(streaming);
  return undefined;
}
