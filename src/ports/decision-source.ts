import type { DecisionQuestion } from '../policy/signed-decision.ts';

/** A server that judges, as gates elsewhere see it. */
export interface DecisionSource {
  /** The signed decision. Throws `network-failed` and others when the server cannot be asked. */
  decide(question: DecisionQuestion, dryRun: boolean): Promise<string>;
  /** Public keys by id, each as the `x` of an Ed25519 JSON Web Key (RFC 8037). */
  keys(): Promise<ReadonlyMap<string, string>>;
}

/** Where signed decisions and the keys that they verify with outlive a restart. */
export interface DecisionShelf {
  load(): Promise<{ readonly keys: ReadonlyMap<string, string>; readonly decisions: readonly string[] }>;
  save(content: { readonly keys: ReadonlyMap<string, string>; readonly decisions: readonly string[] }): Promise<void>;
}
