const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ALIGN = 16;
const HEADER = 32;
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_MODULES = 20_000;

export interface GoModule {
  readonly path: string;
  readonly version: string;
}

export interface BuildInfo {
  readonly goVersion: string;
  readonly main: GoModule | undefined;
  /** Dependencies, as replaced. */
  readonly modules: readonly GoModule[];
  /** Settings of the build: `-ldflags`, `vcs.revision` … */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * Build information of a Go program: a block of 14 bytes of magic, pointer size and flags, aligned to 16. Flag 2 (Go
 * 1.18 on): two strings with varint lengths follow. Before: two pointers to string headers, resolved through the ELF
 * program headers.
 */
export function readBuildInfo(bytes: Uint8Array): BuildInfo | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = file.indexOf(MAGIC); at >= 0; at = file.indexOf(MAGIC, at + 1)) {
    if (at % ALIGN !== 0 || at + HEADER > file.length) continue;
    const strings = (file[at + 15]! & 2) !== 0 ? inlineStrings(file, at + HEADER) : pointedStrings(file, at);
    if (strings?.[0]?.startsWith('go') || strings?.[0]?.startsWith('devel'))
      return { goVersion: strings[0].slice(0, 200), ...readModules(strings[1] ?? '') };
  }
  return undefined;
}

function inlineStrings(file: Buffer, from: number): [string, string] | undefined {
  const version = varintString(file, from);
  const modules = version && varintString(file, version.next);
  return version && [version.text, modules?.text ?? ''];
}

function varintString(file: Buffer, from: number): { text: string; next: number } | undefined {
  let length = 0;
  let at = from;
  for (let shift = 0; ; shift += 7, at++) {
    const byte = file[at];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const start = at + 1;
  if (length > MAX_TEXT || start + length > file.length) return undefined;
  return { text: file.toString('utf8', start, start + length), next: start + length };
}

function pointedStrings(file: Buffer, block: number): [string, string] | undefined {
  const wide = file[block + 14] === 8;
  const big = (file[block + 15]! & 1) !== 0;
  if (!wide && file[block + 14] !== 4) return undefined;
  const width = wide ? 8 : 4;
  const word = (at: number): number | undefined => readWord(file, at, wide, big);
  const string = (pointer: number | undefined): string | undefined => {
    const header = pointer === undefined ? undefined : fileOffset(file, pointer);
    if (header === undefined) return undefined;
    const data = word(header);
    const length = word(header + width);
    const start = data === undefined ? undefined : fileOffset(file, data);
    if (start === undefined || length === undefined || length > MAX_TEXT || start + length > file.length)
      return undefined;
    return file.toString('utf8', start, start + length);
  };
  const version = string(word(block + 16));
  return version === undefined ? undefined : [version, string(word(block + 16 + width)) ?? ''];
}

function readWord(file: Buffer, at: number, wide: boolean, big: boolean): number | undefined {
  if (at < 0 || at + (wide ? 8 : 4) > file.length) return undefined;
  const value = wide
    ? Number(big ? file.readBigUInt64BE(at) : file.readBigUInt64LE(at))
    : big
      ? file.readUInt32BE(at)
      : file.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Where a virtual address lies in the file (System V ABI, program header: PT_LOAD). */
function fileOffset(file: Buffer, address: number): number | undefined {
  const wide = file[4] === 2;
  const big = file[5] === 2;
  const half = (at: number) => (at + 2 > file.length ? 0 : big ? file.readUInt16BE(at) : file.readUInt16LE(at));
  const word = (at: number) => readWord(file, at, wide, big) ?? -1;
  const start = word(wide ? 32 : 28);
  const size = half(wide ? 54 : 42);
  const count = Math.min(half(wide ? 56 : 44), 256);
  if (start < 0) return undefined;
  for (let index = 0; index < count; index++) {
    const at = start + index * size;
    if (readWord(file, at, false, big) !== 1) continue;
    const offset = word(at + (wide ? 8 : 4));
    const virtual = word(at + (wide ? 16 : 8));
    const length = word(at + (wide ? 32 : 16));
    if (virtual >= 0 && offset >= 0 && address >= virtual && address < virtual + length)
      return address - virtual + offset;
  }
  return undefined;
}

/**
 * Lines of tab-separated words between two marks of 16 bytes: `mod` and `dep` name modules, `=>` replaces the last
 * (by a folder: of unknown version),
 * `build` is a setting, quoted where it holds spaces.
 */
function readModules(text: string): Omit<BuildInfo, 'goVersion'> {
  let main: GoModule | undefined;
  const modules: GoModule[] = [];
  const settings = new Map<string, string>();
  for (const line of text.split('\n', MAX_MODULES)) {
    const [kind, path = '', version = ''] = line.split('\t');
    if (kind?.slice(-3) === 'mod') main = { path, version };
    else if (kind === 'dep') modules.push({ path, version });
    else if (kind === '=>' && modules.length > 0)
      modules[modules.length - 1] = /^[./]/.test(path)
        ? { path: modules.at(-1)!.path, version: '(devel)' }
        : { path, version };
    else if (kind === 'build') readSetting(path, settings);
  }
  return { main, modules, settings };
}

/** `key=value`; Go quotes keys and values that hold spaces or quotes. */
function readSetting(text: string, into: Map<string, string>): void {
  const equals = text.indexOf('=');
  if (equals <= 0) return;
  const value = text.slice(equals + 1);
  into.set(
    text.slice(0, equals).replaceAll('"', ''),
    /^[`"].*[`"]$/.test(value) ? value.slice(1, -1).replaceAll('\\"', '"') : value,
  );
}
