import { AssayError } from '../../../lib/error.ts';
import type { RoleKeys, Root, SignedFile, TopLevelRole } from '../metadata.ts';
import { rootAsDelegator, type Update } from './chain.ts';
import { requireInForce, requireSigned } from './checks.ts';
import { MAX_FETCH_BYTES, MAX_ROOT_UPDATES } from './limits.ts';
import { fetchFile, keepFile, loadFile, type Workflow } from './step.ts';

/** The trusted root of section 5.2; its expiry does not matter, its own signatures do. Throws `trust-not-pinned`. */
export function* loadTuf1Root(update: Update): Workflow<SignedFile<Root>> {
  const raw = yield* loadFile('root');
  if (!raw) throw new AssayError('trust-not-pinned', 'no root of trust is known for this repository');
  return readRoot(update, raw);
}

/** The server's first root, kept if `accept` does not throw. Throws `trust-missing` when there is none. */
export function* takeFirstTuf1Root(
  update: Update,
  accept: (root: SignedFile<Root>) => void,
): Workflow<SignedFile<Root>> {
  const raw = yield* fetchFile('1.root.json', MAX_FETCH_BYTES.root);
  if (!raw) throw new AssayError('trust-missing', 'the server does not have 1.root.json');
  const file = readRoot(update, raw);
  accept(file);
  yield* keepFile('root', raw);
  return file;
}

function readRoot(update: Update, raw: Uint8Array): SignedFile<Root> {
  const file = update.dialect.read('root', 'root', raw);
  requireSigned(update, 'root', file, rootAsDelegator(file.signed, 'root'));
  return file;
}

/** Section 5.3: follows the chain of roots to its end, and recovers from fast-forward attacks. */
export function* updateTuf1Root(update: Update, trusted: SignedFile<Root>): Workflow<SignedFile<Root>> {
  let root = trusted;
  let revoked = false;
  for (let count = 0; count < MAX_ROOT_UPDATES; count++) {
    // 5.3.3
    const version = root.signed.version + 1;
    const raw = yield* fetchFile(`${version}.root.json`, MAX_FETCH_BYTES.root);
    if (!raw) break;
    const next = update.dialect.read('root', 'root', raw);
    // 5.3.4: as many keys of the old root as it asks for, and of the new one.
    requireSigned(update, 'root', next, rootAsDelegator(root.signed, 'root'));
    requireSigned(update, 'root', next, rootAsDelegator(next.signed, 'root'));
    // 5.3.5
    if (next.signed.version !== version)
      throw new AssayError('trust-rollback', `${version}.root.json holds version ${next.signed.version}`, {
        detail: { role: 'root', version: next.signed.version, named: version },
      });
    revoked ||= revokes(root.signed, next.signed, 'timestamp') || revokes(root.signed, next.signed, 'snapshot');
    // 5.3.7, 5.3.8
    root = next;
    yield* keepFile('root', raw);
  }
  // 5.3.10
  requireInForce(update, 'root', root);
  // 5.3.11
  if (revoked) for (const role of ['timestamp', 'snapshot'] as const) yield { kind: 'forget', role };
  return root;
}

/** True when a key that signed for the role does so no more; another one beside it revokes nothing. */
function revokes(before: Root, after: Root, role: TopLevelRole): boolean {
  const now = fingerprints(after, after.roles[role]);
  return [...fingerprints(before, before.roles[role])].some((each) => !now.has(each));
}

function fingerprints(root: Root, role: RoleKeys): Set<string> {
  return new Set(role.keyIds.map((id) => root.keys.get(id)?.fingerprint ?? id));
}
