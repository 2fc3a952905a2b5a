const MIN_CHARACTERS = 10;
const MIN_DIFFERENT = 5;

/** Why a new passphrase is too weak, or nothing when it will do. Old passphrases are never judged. */
export function weaknessOf(passphrase: string): string | undefined {
  const characters = Array.from(passphrase);
  if (characters.length < MIN_CHARACTERS) return `it has fewer than ${MIN_CHARACTERS} characters`;
  if (new Set(characters).size < MIN_DIFFERENT) return 'it repeats a few characters';
  if (isRun(characters)) return 'it is a run of neighbouring characters';
  return undefined;
}

/** `0123456789`, `abcdefghij` and the like. */
function isRun(characters: readonly string[]): boolean {
  const codes = characters.map((each) => each.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, at) => code - codes[at]!));
  return steps.size === 1;
}
