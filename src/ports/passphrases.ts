/** What a passphrase is asked for. */
export interface PassphraseFor {
  /** Of the key; empty decides by use alone. */
  readonly role: string;
  readonly gun?: string | undefined;
  readonly id?: string | undefined;
  /** In words, when it is not a key: `the backup`. */
  readonly what?: string;
  /** The PIN of a token, which locks after a few wrong ones. */
  readonly pin?: true;
}

/** Where passphrases come from: a file, the environment, the person at the terminal. */
export interface Passphrases {
  /**
   * To open something: one after another until one fits. First what was given beforehand, then what a person types,
   * three times at most. Ends early where nobody can be asked.
   */
  toOpen(wanted: PassphraseFor): AsyncIterable<string>;
  /** A new one, typed twice when it is typed; below the floor of strength it is asked again or throws `usage-invalid`. */
  toSeal(wanted: PassphraseFor): Promise<string>;
  /** What to set or give when nobody can be asked. */
  instead(wanted: PassphraseFor): string;
}
