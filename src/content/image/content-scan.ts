import type { TarEntry } from '../../lib/tar.ts';
import { KeywordPass } from '../findings/keyword-pass.ts';
import type { FileExaminer } from '../findings/examiner.ts';
import type { LayerObservation } from '../findings/observation.ts';

const PIECE = 1024 * 1024;
/** Longest thing that is seen whole across the border of two pieces. */
const OVERLAP = 32 * 1024;
/** Bytes that are looked at to tell text from the rest, as git does. */
const PROBE = 8000;
const MAX_OBSERVATIONS = 5000;

/** Shows the bytes of each file to the examiners while they pass, in pieces that overlap, with memory for one piece. */
export class ContentScan {
  readonly #examiners: readonly FileExaminer[];
  readonly #pass: KeywordPass;
  readonly #observations: LayerObservation[] = [];
  #buffer: Buffer | undefined;
  #entry: TarEntry | undefined;
  #filled = 0;
  #line = 1;
  #first = true;
  #text = true;
  #looking: readonly { readonly examiner: FileExaminer; readonly keywords: boolean }[] = [];
  #cut = false;

  constructor(examiners: readonly FileExaminer[]) {
    this.#examiners = examiners;
    this.#pass = passFor(examiners);
  }

  get observations(): readonly LayerObservation[] {
    return this.#observations;
  }

  /** True once findings had to be left out. */
  get cut(): boolean {
    return this.#cut;
  }

  entry(entry: TarEntry): void {
    for (const each of this.#examiners) if (each.entry) this.#keep(each.entry(entry));
  }

  begin(entry: TarEntry): void {
    this.entry(entry);
    this.#entry = entry;
    this.#filled = 0;
    this.#line = 1;
    this.#first = true;
  }

  data(chunk: Uint8Array): void {
    const entry = this.#entry;
    if (!entry) return;
    if (this.#first && this.#filled === 0 && chunk.length === entry.size && chunk.length <= PIECE) {
      this.#examine(chunk, true);
      this.#entry = undefined;
      return;
    }
    this.#buffer ??= Buffer.allocUnsafe(PIECE);
    for (let from = 0; from < chunk.length; ) {
      const count = Math.min(chunk.length - from, PIECE - this.#filled);
      this.#buffer.set(chunk.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled < PIECE) continue;
      this.#examine(this.#buffer, false);
      if (this.#looking.length === 0) {
        this.#entry = undefined;
        return;
      }
      this.#buffer.copyWithin(0, PIECE - OVERLAP);
      this.#filled = OVERLAP;
    }
  }

  end(): void {
    if (this.#entry && this.#buffer && this.#filled > 0) this.#examine(this.#buffer.subarray(0, this.#filled), true);
    this.#entry = undefined;
  }

  #examine(bytes: Uint8Array, last: boolean): void {
    const entry = this.#entry!;
    if (this.#first) {
      this.#text = isText(bytes);
      this.#looking = this.#examiners.flatMap((examiner) => {
        const how = examiner.wants(entry, this.#text);
        return how ? [{ examiner, keywords: how === 'keywords' }] : [];
      });
    }
    const overlap = last ? 0 : OVERLAP;
    const shown = this.#text ? utf8Of(bytes) : bytes;
    const hits = this.#looking.some((each) => each.keywords) ? this.#pass.hits(shown) : undefined;
    const piece = {
      path: entry.path,
      entry,
      bytes: shown,
      text: this.#text,
      first: this.#first,
      last,
      line: this.#line,
      overlap,
    };
    for (const { examiner } of this.#looking) this.#keep(examiner.examine(piece, hits?.get(examiner) ?? []));
    this.#first = false;
    if (!last && this.#text) this.#line += linesOf(bytes.subarray(0, bytes.length - OVERLAP));
  }

  #keep(found: readonly LayerObservation[]): void {
    for (const each of found)
      if (this.#observations.length < MAX_OBSERVATIONS) this.#observations.push(each);
      else this.#cut = true;
  }
}

/** Text has no byte of zero near its beginning; that of Windows in UTF-16 has a mark. */
function isText(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return true;
  const zero = bytes.indexOf(0);
  return zero < 0 || zero >= PROBE;
}

function linesOf(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

/** Text of Windows in UTF-16 (Unicode, "byte order mark") as UTF-8; its first piece only. */
function utf8Of(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0xff || bytes[1] !== 0xfe) return bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~1);
  return Buffer.from(buffer.toString('utf16le', 2), 'utf8');
}

let last: { readonly examiners: readonly FileExaminer[]; readonly pass: KeywordPass } | undefined;

/** The tables of a pass are the same for every layer and cost milliseconds to make. */
function passFor(examiners: readonly FileExaminer[]): KeywordPass {
  if (last?.examiners !== examiners) last = { examiners, pass: new KeywordPass(examiners) };
  return last.pass;
}
