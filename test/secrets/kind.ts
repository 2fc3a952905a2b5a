import type { Letters } from './letters.ts';

/** Where a secret of a kind is usually met. */
export interface Planted {
  /** What must be found: the secret itself, as it stands in the file. */
  readonly secret: string;
  /** Name of a variable or setting that holds it in the field. */
  readonly name: string;
  /** The whole text of a file of its own, where the kind has one. */
  readonly text?: string;
  /** Path of that file. */
  readonly path?: string;
}

/** One kind of secret, by what its issuer publishes of its form. */
export interface Kind {
  readonly kind: string;
  plant(letters: Letters): Planted;
}

/** A kind whose token is recognised alone, under the name of a variable. */
export function token(kind: string, name: string, make: (letters: Letters) => string): Kind {
  return { kind, plant: (letters) => ({ secret: make(letters), name }) };
}

/** A kind that has a file of its own. */
export function file(kind: string, path: string, make: (letters: Letters) => { secret: string; text: string }): Kind {
  return { kind, plant: (letters) => ({ ...make(letters), name: 'content', path }) };
}
