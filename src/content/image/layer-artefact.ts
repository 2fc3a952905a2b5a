import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { parseLayerInventory } from '../inventory/layer-inventory.ts';
import type { LayerInventory } from '../inventory/package.ts';
import type { FileList, ListedFile } from './file-list.ts';
import { fromColumns, toColumns } from './file-columns.ts';
import type { LayerContents } from './layer-contents.ts';

/**
 * What is kept of a layer: zstd frames (RFC 8878) of JSON, the inventory first, then the file list by columns, some
 * thousand files a frame, then a frame that says where each begins, and at the end the length of that one and a mark. A
 * reader of one page of the list unpacks one or two frames.
 */
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const FILES_A_FRAME = 4096;
const MARK = Buffer.from('AsyLayr1');
const TRAILER = 4 + MARK.length;
const MAX_INVENTORY = 256 * 1024 ** 2;
const MAX_FRAME = 64 * 1024 ** 2;

interface Frame {
  readonly offset: number;
  readonly length: number;
}

const place = z.number().int().nonnegative();
const frame = z.object({ offset: place, length: place });
const table = z.object({
  inventory: frame,
  /** With the first path of each. */
  files: z.array(frame.extend({ first: z.string(), count: place })),
  cut: z.boolean(),
});
type Table = z.infer<typeof table>;

/** Random access to the bytes of an artefact. */
export interface ArtefactBytes {
  readonly size: number;
  read(into: Uint8Array, position: number): Promise<number>;
}

export async function writeArtefact({ inventory, files }: LayerContents): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const add = async (value: unknown): Promise<Frame> => {
    const bytes = await compress(JSON.stringify(value));
    parts.push(bytes);
    offset += bytes.length;
    return { offset: offset - bytes.length, length: bytes.length };
  };
  const head = await add(inventory);
  const frames: (Frame & { first: string; count: number })[] = [];
  for (let at = 0; at < files.files.length; at += FILES_A_FRAME) {
    const some = files.files.slice(at, at + FILES_A_FRAME);
    frames.push({ ...(await add(toColumns(some))), first: some[0]!.path, count: some.length });
  }
  const { length } = await add({ inventory: head, files: frames, cut: files.cut } satisfies Table);
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeUInt32LE(length);
  MARK.copy(trailer, 4);
  return Buffer.concat([...parts, trailer]);
}

/** Artefacts held in memory. */
export function bytesInMemory(bytes: Uint8Array): ArtefactBytes {
  return {
    size: bytes.length,
    read: (into, position) => {
      const some = bytes.subarray(position, position + into.length);
      into.set(some);
      return Promise.resolve(some.length);
    },
  };
}

export class LayerArtefact {
  readonly #bytes: ArtefactBytes;
  readonly #table: Table;

  private constructor(bytes: ArtefactBytes, table: Table) {
    this.#bytes = bytes;
    this.#table = table;
  }

  /** Throws `analysis-failed` when the bytes are no artefact. */
  static async open(bytes: ArtefactBytes): Promise<LayerArtefact> {
    if (bytes.size < TRAILER) throw damaged();
    const trailer = await take(bytes, { offset: bytes.size - TRAILER, length: TRAILER });
    if (!trailer.subarray(4).equals(MARK)) throw damaged();
    const length = trailer.readUInt32LE();
    const found = table.safeParse(await unpack(bytes, { offset: bytes.size - TRAILER - length, length }, MAX_FRAME));
    if (!found.success) throw damaged();
    return new LayerArtefact(bytes, found.data);
  }

  async inventory(): Promise<LayerInventory> {
    return parseLayerInventory(await unpack(this.#bytes, this.#table.inventory, MAX_INVENTORY));
  }

  async contents(): Promise<LayerContents> {
    const files: ListedFile[] = [];
    for (const frame of this.#table.files) files.push(...(await this.#frame(frame)));
    return { inventory: await this.inventory(), files: { files, cut: this.#table.cut } satisfies FileList };
  }

  /** Paths behind `after`, of those that begin with `prefix`, in order. */
  async files(query: { after: string | undefined; prefix: string; limit: number }): Promise<ListedFile[]> {
    const { prefix, limit } = query;
    const from = query.after !== undefined && query.after > prefix ? query.after : prefix;
    const frames = this.#table.files;
    const begin = Math.max(
      0,
      frames.findLastIndex((each) => each.first <= from),
    );
    const found: ListedFile[] = [];
    for (const frame of frames.slice(begin)) {
      for (const file of await this.#frame(frame)) {
        if (file.path < from || file.path === query.after) continue;
        if (!file.path.startsWith(prefix) || found.length >= limit) return found;
        found.push(file);
      }
    }
    return found;
  }

  get count(): number {
    return this.#table.files.reduce((sum, each) => sum + each.count, 0);
  }

  get cut(): boolean {
    return this.#table.cut;
  }

  async #frame(frame: Frame): Promise<ListedFile[]> {
    return fromColumns(await unpack(this.#bytes, frame, MAX_FRAME));
  }
}

async function take(bytes: ArtefactBytes, { offset, length }: Frame): Promise<Buffer> {
  if (!(offset >= 0) || !(length >= 0) || offset + length > bytes.size) throw damaged();
  const into = Buffer.alloc(length);
  if ((await bytes.read(into, offset)) !== length) throw damaged();
  return into;
}

async function unpack(bytes: ArtefactBytes, frame: Frame, maxOutputLength: number): Promise<unknown> {
  const packed = await take(bytes, frame);
  try {
    return JSON.parse((await decompress(packed, { maxOutputLength })).toString('utf8'));
  } catch (cause) {
    throw new AssayError('analysis-failed', 'what was kept of a layer cannot be read', { cause });
  }
}

function damaged(): AssayError {
  return new AssayError('analysis-failed', 'what was kept of a layer cannot be read');
}
