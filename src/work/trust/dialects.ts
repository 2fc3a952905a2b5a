import type { TrustDialect, TrustFile } from '../../ports/trust-records.ts';
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

/** A stored file as metadata; it was checked when it came in, so its form holds. */
export function stored<R extends string>(
  dialect: TrustDialect,
  role: R,
  file: TrustFile,
): SignedFile<R extends keyof ByRole ? ByRole[R] : Targets> {
  const rules = publishRules[dialect];
  return rules.interpret(role, rules.readOuter(file.raw)) as SignedFile<R extends keyof ByRole ? ByRole[R] : Targets>;
}
