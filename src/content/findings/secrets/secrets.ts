import type { FileExaminer } from '../examiner.ts';
import { KeywordPass } from '../keyword-pass.ts';
import type { LayerObservation } from '../observation.ts';
import { secretKeywords, secretsIn } from './secret-scan.ts';

const PACKED =
  /\.(?:gz|tgz|bz2|xz|zst|lz4|zip|tar|jar|war|ear|whl|egg|nupkg|aar|png|jpe?g|gif|webp|ico|woff2?|ttf|otf|mo|gpg|deb|rpm|apk|so(?:\.[\d.]+)?|a|o|ko)$/i;
const LARGEST_BINARY = 16 * 1024 * 1024;
const LARGEST_PROGRAM = 128 * 1024 * 1024;
/** Folders where people put programs of their own; those of distributions hold nobody's secrets. */
const OWN = /^(?:[^/]+$|(?:app|opt|home|root|srv|workspace|usr\/src|usr\/local\/s?bin)\/)/;

/** Secrets in text of any length; in other files those whose form leaves no doubt. */
export const secrets: FileExaminer = {
  name: 'secrets',
  insideArchives: true,
  keywords: secretKeywords,
  wants(entry, text) {
    if (entry.size < 8) return undefined;
    if (text) return 'keywords';
    if (PACKED.test(entry.path)) return undefined;
    const program = (entry.mode & 0o111) !== 0;
    const looked = program ? entry.size <= LARGEST_PROGRAM && OWN.test(entry.path) : entry.size <= LARGEST_BINARY;
    return looked ? 'keywords' : undefined;
  },
  examine: ({ path, bytes, line, overlap, text }, hits) => secretsIn(path, bytes, line, overlap, hits, !text),
};

let alone: KeywordPass | undefined;

/** Secrets in a text that is no file: settings of an image, steps of its history. */
export function secretsInText(text: string): LayerObservation[] {
  const bytes = Buffer.from(text, 'utf8');
  alone ??= new KeywordPass([secrets]);
  return secretsIn('', bytes, 1, 0, alone.hits(bytes).get(secrets) ?? []);
}
