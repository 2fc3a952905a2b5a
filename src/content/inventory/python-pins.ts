import type { FoundPackage } from './package.ts';
import { linesOf } from './text-files.ts';

const MAX_PINS = 50_000;
/** `name[extra]==1.2.3`, with what may follow: markers, hashes, comments (PEP 508, pip's requirements file format). */
const PIN =
  /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:[;#\\,].*|--hash.*)?$/;

/** The exact pins of a requirements file; ranges, addresses and options are no versions. */
export function* pinsOf(text: string): Generator<Pick<FoundPackage, 'name' | 'version'>> {
  let count = 0;
  for (const line of linesOf(text)) {
    const match = PIN.exec(line.slice(0, 1000).trim());
    if (!match) continue;
    if (++count > MAX_PINS) return;
    yield { name: match[1]!, version: match[2]! };
  }
}
