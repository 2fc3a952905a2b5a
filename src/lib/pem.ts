import { AssayError } from './error.ts';

/** A PEM block (RFC 7468), with the headers that RFC 1421 allows and that Notary keeps a key's role in. */
export interface PemBlock {
  readonly label: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

const MAX_CHARACTERS = 256 * 1024;
const MAX_BLOCKS = 32;
const MAX_HEADERS = 16;
const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,64})-----$/;

/** Every block of a text; what stands between blocks is explanation and is passed over. Throws `input-invalid`. */
export function readPem(text: string): PemBlock[] {
  if (text.length > MAX_CHARACTERS) throw new AssayError('input-invalid', 'the PEM file is too long');
  const lines = text.split(/\r?\n/);
  const blocks: PemBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const label = BEGIN.exec(lines[at]!.trimEnd())?.[1];
    if (label === undefined) continue;
    const end = lines.indexOf(`-----END ${label}-----`, at + 1);
    if (end < 0 || blocks.length >= MAX_BLOCKS) throw new AssayError('input-invalid', 'a PEM block has no end');
    blocks.push(readBlock(label, lines.slice(at + 1, end)));
    at = end;
  }
  return blocks;
}

function readBlock(label: string, lines: readonly string[]): PemBlock {
  const headers = new Map<string, string>();
  let at = 0;
  for (; at < lines.length && lines[at]!.includes(':'); at++) {
    const cut = lines[at]!.indexOf(':');
    headers.set(lines[at]!.slice(0, cut).trim(), lines[at]!.slice(cut + 1).trim());
    if (headers.size > MAX_HEADERS) throw new AssayError('input-invalid', 'a PEM block has too many headers');
  }
  const body = lines.slice(at).join('').replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) throw new AssayError('input-invalid', 'a PEM block is not base64');
  return { label, headers, bytes: Buffer.from(body, 'base64') };
}

/** One block in PEM: headers by name, then base64 in lines of 64, as Go's encoder writes it. */
export function writePem(label: string, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(headers).sort();
  const head = names.map((name) => `${name}: ${headers[name]}\n`).join('');
  const body = Buffer.from(bytes)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${head}${head && '\n'}${body}\n-----END ${label}-----\n`;
}
