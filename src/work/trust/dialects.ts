import type { TrustDialect, TrustFile, TrustFileSummary } from '../../ports/trust-records.ts';
import type { Root, SignedFile, Snapshot, Targets } from '../../trust/tuf/metadata.ts';
import { notaryPublishRules } from '../../trust/tuf/notary/publish-rules.ts';
import type { PublishRules } from '../../trust/tuf/publish/validate.ts';
import { tuf1PublishRules } from '../../trust/tuf/tuf1/publish-rules.ts';

export const publishRules: Readonly<Record<TrustDialect, PublishRules>> = {
  notary: notaryPublishRules,
  'tuf-1.0': tuf1PublishRules,
};

interface ByRole {
  readonly root: Root;
  readonly snapshot: Snapshot;
}

type Stored<R extends string> = SignedFile<R extends keyof ByRole ? ByRole[R] : Targets>;

/** A stored file as metadata; it was checked when it came in, so its form holds. */
export function stored<R extends string>(dialect: TrustDialect, role: R, file: TrustFile): Stored<R> {
  const rules = publishRules[dialect];
  const read = rules.recall(role, file.sha256) ?? rules.interpret(role, rules.readOuter(file.raw));
  return read as Stored<R>;
}

/** The same without its bytes, when it was read lately. */
export function recalled<R extends string>(
  dialect: TrustDialect,
  role: R,
  { sha256 }: TrustFileSummary,
): Stored<R> | undefined {
  return publishRules[dialect].recall(role, sha256) as Stored<R> | undefined;
}
