import { readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import type { PassphraseFor, Passphrases } from '../ports/passphrases.ts';
import { nameOf } from '../work/keys/key-ring.ts';
import { weaknessOf } from '../work/keys/passphrase-strength.ts';
import type { Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { ask } from './prompt.ts';

const ATTEMPTS = 3;
const PIN_ATTEMPTS = 2;
const MAX_FILE = 64 * 1024;

/** Environment variables that may hold the passphrase: ours first, then docker's, then notary's. */
function variablesFor({ role, what, pin }: PassphraseFor): readonly string[] {
  if (pin === true) return ['ASSAY_PKCS11_PIN'];
  if (what !== undefined) return ['ASSAY_BACKUP_PASSPHRASE'];
  if (role === 'root')
    return ['ASSAY_ROOT_PASSPHRASE', 'DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE', 'NOTARY_ROOT_PASSPHRASE'];
  const notary = role === 'targets' || role === 'snapshot' ? role.toUpperCase() : 'DELEGATION';
  return [
    'ASSAY_REPOSITORY_PASSPHRASE',
    'DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE',
    `NOTARY_${notary}_PASSPHRASE`,
    // A key whose file names no role may be a root key.
    ...(role === '' ? ['ASSAY_ROOT_PASSPHRASE', 'DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE', 'NOTARY_ROOT_PASSPHRASE'] : []),
  ];
}

/** The first line of a file, as it is. */
function fromFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read the passphrase file ${path}`, { cause });
  }
  if (text.length > MAX_FILE) throw new AssayError('usage-invalid', `${path} is too long for a passphrase`);
  const line = text.split(/\r?\n/)[0]!;
  if (line === '') throw new AssayError('usage-invalid', `${path} holds no passphrase`);
  return line;
}

/** Which option and variables are looked at; one variable replaces those of the role. */
interface PassphraseNames {
  readonly option: string;
  readonly flag: string;
  readonly variable?: string;
}

/** Passphrases from `--passphrase-file`, the environment (each of our variables also as `…_FILE`), and the terminal. */
export function keyPassphrases(
  { options, environment, terminal }: Pick<Invocation, 'options' | 'environment' | 'terminal'>,
  names: PassphraseNames = { option: 'passphraseFile', flag: '--passphrase-file' },
): Passphrases {
  const variables = (wanted: PassphraseFor) => (names.variable === undefined ? variablesFor(wanted) : [names.variable]);
  const given = (wanted: PassphraseFor): string[] => {
    const file = textOption(options, wanted.pin === true ? 'pinFile' : names.option);
    if (file !== undefined) return [fromFile(file)];
    const found: string[] = [];
    for (const variable of variables(wanted)) {
      const text = environment[variable];
      const path = variable.startsWith('ASSAY_') ? environment[`${variable}_FILE`] : undefined;
      if (text) found.push(text);
      else if (path) found.push(fromFile(path));
    }
    return [...new Set(found)];
  };
  const instead = (wanted: PassphraseFor) =>
    `${wanted.pin === true ? '--pin-file' : names.flag} or ${variables(wanted)[0]}`;
  return {
    instead,
    async *toOpen(wanted) {
      const known = given(wanted);
      yield* known;
      // A token counts wrong PINs and locks: one that was given is not followed by guesses, and a person has two.
      const attempts = wanted.pin !== true ? ATTEMPTS : known.length > 0 ? 0 : PIN_ATTEMPTS;
      const secret = wanted.pin === true ? 'PIN' : 'Passphrase';
      for (let attempt = 1; attempt <= attempts && process.stdin.isTTY; attempt++) {
        if (attempt > 1) terminal.err(`that was wrong; once more`);
        yield await ask(`${secret} of ${nameOf(wanted)}`, { secret: true, instead: instead(wanted) });
      }
    },
    async toSeal(wanted) {
      const [first] = given(wanted);
      if (first !== undefined) {
        const weakness = weaknessOf(first);
        if (weakness === undefined) return first;
        throw new AssayError('usage-invalid', `the passphrase for ${nameOf(wanted)} is too weak: ${weakness}`);
      }
      for (;;) {
        const typed = await ask(`New passphrase for ${nameOf(wanted)}`, { secret: true, instead: instead(wanted) });
        const weakness = weaknessOf(typed);
        if (weakness !== undefined) terminal.err(`too weak: ${weakness}`);
        else if ((await ask('Once more', { secret: true, instead: instead(wanted) })) === typed) return typed;
        else terminal.err('the two are not equal');
      }
    },
  };
}
