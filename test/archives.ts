import { deflateRawSync } from 'node:zlib';

export interface TarItem {
  readonly path: string;
  /** Of regular files. */
  readonly content?: string | Uint8Array;
  /** ustar type flag: 0 file, 1 hard link, 2 symbolic link, 3 character device, 5 directory. */
  readonly type?: '0' | '1' | '2' | '3' | '4' | '5' | '6';
  readonly link?: string;
  readonly mode?: number;
}

/** A ustar archive with the entries as given, hostile names included. */
export function tarOf(items: readonly TarItem[]): Buffer {
  const blocks = items.flatMap((item) => {
    const content = Buffer.from(item.content ?? '');
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [tarHeader(item, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function tarHeader(item: TarItem, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(item.path, 0, 100, 'utf8');
  block.write(`${(item.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(item.type ?? '0', 156);
  block.write(item.link ?? '', 157, 100, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A zip archive, deflated; enough for jars and feeds. */
export function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const title = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(title.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(bytes.length, 24);
    central.writeUInt16LE(title.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, title, packed);
    directory.push(central, title);
    offset += local.length + title.length + packed.length;
  }
  const tail = Buffer.alloc(22);
  const count = Object.keys(files).length;
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(count & 0xffff, 8);
  tail.writeUInt16LE(count & 0xffff, 10);
  tail.writeUInt32LE(Buffer.concat(directory).length, 12);
  tail.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, tail]);
}

/** Numbers of [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
