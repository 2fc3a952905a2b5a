import type { ErrorCode } from '../../src/lib/error-table.ts';
import { newSigner } from './keys.ts';
import type { Tuf1Repository } from './repository.ts';

/** One way to wrong a client that knows the repository already. */
export interface Attack {
  /** The attack as TUF specification 1.0.34 section 1.5.2 names it, or the defect. */
  readonly kind: string;
  /** What was done, and by whom, when it takes a key. */
  readonly done: string;
  /** How Assay refuses it; `not found` where the target is not signed by whoever may. */
  readonly expected: ErrorCode | 'not found';
  /** What the client asks for after it; `app` if nothing else is said. */
  readonly paths?: readonly string[];
  /** Honest state before the first visit. */
  readonly before?: (repository: Tuf1Repository) => void;
  readonly strike: (repository: Tuf1Repository) => Promise<void> | void;
}

const publishAll = (repository: Tuf1Repository) => repository.publish('targets', 'snapshot', 'timestamp');

function last(repository: Tuf1Repository, role: string): Uint8Array {
  return repository.history.get(role)!.at(-1)!;
}

function replaceLast(repository: Tuf1Repository, role: string, bytes: Uint8Array): void {
  repository.history.get(role)!.splice(-1, 1, bytes);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(length, ' ')]);
}

const bad = (repository: Tuf1Repository, role = 'targets', path = 'app') => repository.addTarget(role, path, 'evil');

export const attacks: readonly Attack[] = [
  {
    kind: 'arbitrary software',
    done: 'the target is replaced by another of the same length',
    expected: 'trust-hash-mismatch',
    strike: (repository) => void repository.artefacts.set('next', Buffer.from('evil')),
    paths: ['next'],
    before: (repository) => repository.addTarget('targets', 'next', 'good'),
  },
  {
    kind: 'arbitrary software',
    done: 'targets is changed without being signed again',
    expected: 'trust-threshold',
    async strike(repository) {
      await publishAll(repository);
      repository.tamper('targets', ({ signed }) => {
        const { targets } = signed as unknown as Tuf1Repository['targets'];
        targets['app'] = { length: 4, hashes: { sha256: '0'.repeat(64) } };
      });
    },
  },
  ...(['timestamp', 'snapshot', 'targets'] as const).map(
    (role): Attack => ({
      kind: 'arbitrary software',
      done: `${role} is signed with a key of the attacker`,
      expected: 'trust-threshold',
      async strike(repository) {
        bad(repository);
        repository.signers.set(role, [newSigner()]);
        await publishAll(repository);
      },
    }),
  ),
  {
    kind: 'arbitrary software',
    done: 'targets is signed with the key of snapshot',
    expected: 'trust-threshold',
    async strike(repository) {
      bad(repository);
      repository.signers.set('targets', repository.signers.get('snapshot')!);
      await publishAll(repository);
    },
  },
  {
    kind: 'arbitrary software',
    done: 'targets bears no signature',
    expected: 'trust-threshold',
    async strike(repository) {
      bad(repository);
      repository.signers.set('targets', []);
      await publishAll(repository);
    },
  },
  {
    kind: 'arbitrary software',
    done: 'a delegated role is signed with a key of the attacker',
    expected: 'trust-threshold',
    paths: ['team/tool'],
    async strike(repository) {
      bad(repository, 'team', 'team/tool');
      repository.signers.set('team', [newSigner()]);
      await repository.publish('team', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'threshold',
    done: 'one signature of a role that needs two',
    expected: 'trust-threshold',
    before: (repository) => {
      repository.addKey('targets', newSigner());
      repository.root.roles['targets']!.threshold = 2;
    },
    async strike(repository) {
      bad(repository);
      repository.signers.get('targets')!.pop();
      await publishAll(repository);
    },
  },
  {
    kind: 'threshold',
    done: 'the same signature twice, for a role that needs two',
    expected: 'trust-metadata-invalid',
    before: (repository) => {
      repository.addKey('targets', newSigner());
      repository.root.roles['targets']!.threshold = 2;
    },
    async strike(repository) {
      bad(repository);
      repository.signers.get('targets')!.pop();
      await publishAll(repository);
      repository.tamper('targets', ({ signatures }) => signatures.push(signatures[0]!));
    },
  },
  {
    kind: 'threshold',
    done: 'the second of two signatures is only of the right form',
    expected: 'trust-threshold',
    before: (repository) => {
      repository.addKey('targets', newSigner('ed25519'));
      repository.root.roles['targets']!.threshold = 2;
    },
    async strike(repository) {
      bad(repository);
      await publishAll(repository);
      repository.tamper('targets', ({ signatures }) => {
        signatures[1]!.sig = 'ab'.repeat(64);
      });
    },
  },
  {
    kind: 'wrong key',
    done: 'the root of the attacker stands at the next version',
    expected: 'trust-threshold',
    async strike(repository) {
      repository.rotate('root');
      repository.rotate('targets');
      bad(repository);
      await repository.publish('root', 'targets', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'wrong key',
    done: 'a root signed by the old keys, not by as many of its own as it asks for',
    expected: 'trust-threshold',
    async strike(repository) {
      repository.listKey('root', newSigner());
      repository.root.roles['root']!.threshold = 2;
      await repository.publish('root');
    },
  },
  {
    kind: 'wrong key',
    done: 'a revoked timestamp key signs on',
    expected: 'trust-threshold',
    async strike(repository) {
      const old = repository.signers.get('timestamp')!;
      repository.rotate('timestamp');
      repository.signers.set('timestamp', old);
      await repository.publish('root', 'timestamp');
    },
  },
  {
    kind: 'wrong key',
    done: 'a revoked targets key signs on',
    expected: 'trust-threshold',
    async strike(repository) {
      const old = repository.signers.get('targets')!;
      repository.rotate('targets');
      repository.signers.set('targets', old);
      bad(repository);
      await repository.publish('root', 'targets', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'rollback',
    done: 'the root of the version before stands at the next version',
    expected: 'trust-rollback',
    strike: (repository) => void repository.history.get('root')!.push(last(repository, 'root')),
  },
  {
    kind: 'rollback',
    done: 'a root signed as it should be leaves out a version',
    expected: 'trust-rollback',
    async strike(repository) {
      repository.root.version += 2;
      await repository.republish('root');
    },
  },
  {
    kind: 'rollback',
    done: 'an older timestamp is served',
    expected: 'trust-rollback',
    strike: (repository) => void repository.history.get('timestamp')!.push(repository.history.get('timestamp')![0]!),
  },
  {
    kind: 'rollback',
    done: 'a new timestamp names the snapshot of before (timestamp key)',
    expected: 'trust-rollback',
    async strike(repository) {
      repository.timestamp.meta['snapshot.json'] = { version: 1 };
      await repository.publish('timestamp');
    },
  },
  {
    kind: 'rollback',
    done: 'a new snapshot names the targets of before (snapshot and timestamp keys)',
    expected: 'trust-rollback',
    async strike(repository) {
      repository.snapshot.meta['targets.json'] = { version: 1 };
      await repository.publish('snapshot', 'timestamp');
    },
  },
  {
    kind: 'rollback',
    done: 'a new snapshot names a delegated file of before (snapshot and timestamp keys)',
    expected: 'trust-rollback',
    async strike(repository) {
      repository.snapshot.meta['team.json'] = { version: 1 };
      await repository.publish('snapshot', 'timestamp');
    },
  },
  {
    kind: 'rollback',
    done: 'a delegated role disappears from the snapshot (snapshot and timestamp keys)',
    expected: 'trust-rollback',
    async strike(repository) {
      delete repository.snapshot.meta['team.json'];
      await repository.publish('snapshot', 'timestamp');
    },
  },
  ...(['timestamp', 'snapshot', 'targets', 'root'] as const).map(
    (role): Attack => ({
      kind: 'indefinite freeze',
      done: `${role} has expired`,
      expected: 'trust-expired',
      async strike(repository) {
        repository.document(role).expires = repository.inDays(-1);
        await repository.publish('root', 'targets', 'snapshot', 'timestamp');
      },
    }),
  ),
  {
    kind: 'indefinite freeze',
    done: 'a delegated file has expired',
    expected: 'trust-expired',
    paths: ['team/tool'],
    async strike(repository) {
      repository.roles.get('team')!.expires = repository.inDays(-1);
      await repository.publish('team', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'indefinite freeze',
    done: 'the timestamp is withheld',
    expected: 'trust-missing',
    strike: (repository) => void repository.history.delete('timestamp'),
  },
  {
    kind: 'indefinite freeze',
    done: 'the snapshot that the timestamp names is withheld',
    expected: 'trust-incomplete',
    async strike(repository) {
      await publishAll(repository);
      repository.history.get('snapshot')!.pop();
    },
  },
  {
    kind: 'indefinite freeze',
    done: 'the targets file that the snapshot names is withheld',
    expected: 'trust-incomplete',
    async strike(repository) {
      await publishAll(repository);
      repository.history.get('targets')!.pop();
    },
  },
  {
    kind: 'mix and match',
    done: 'the snapshot of before stands under the name of the new one',
    expected: 'trust-version-mismatch',
    async strike(repository) {
      await publishAll(repository);
      replaceLast(repository, 'snapshot', repository.history.get('snapshot')!.at(-2)!);
    },
  },
  {
    kind: 'mix and match',
    done: 'the targets of before stand under the name of the new ones',
    expected: 'trust-version-mismatch',
    async strike(repository) {
      await publishAll(repository);
      replaceLast(repository, 'targets', repository.history.get('targets')!.at(-2)!);
    },
  },
  {
    kind: 'mix and match',
    done: 'another snapshot of the same version than the one whose hash the timestamp names (snapshot key)',
    expected: 'trust-hash-mismatch',
    before: (repository) => {
      repository.listsHashes = true;
    },
    async strike(repository) {
      await publishAll(repository);
      const honest = { ...repository.timestamp.meta['snapshot.json']! };
      repository.snapshot['note'] = 'x'.repeat(8);
      repository.history.get('snapshot')!.pop();
      await repository.republish('snapshot');
      replaceLast(repository, 'snapshot', last(repository, 'snapshot').subarray(0, honest.length));
      repository.timestamp.meta['snapshot.json'] = honest;
    },
  },
  {
    kind: 'mix and match',
    done: 'targets with another hash than the snapshot names, though signed',
    expected: 'trust-hash-mismatch',
    before: (repository) => {
      repository.listsHashes = true;
    },
    async strike(repository) {
      await repository.publish('targets');
      repository.snapshot.meta['targets.json']!.hashes = { sha256: '0'.repeat(64) };
      await repository.publish('snapshot', 'timestamp');
    },
  },
  {
    kind: 'mix and match',
    done: 'a delegated role that the snapshot does not list (targets key without snapshot key)',
    expected: 'trust-version-mismatch',
    paths: ['new/file'],
    async strike(repository) {
      repository.delegate('targets', 'unlisted', { paths: ['new/*'] });
      repository.addTarget('unlisted', 'new/file', 'evil');
      await repository.publish('targets', 'unlisted');
      delete repository.snapshot.meta['unlisted.json'];
      await repository.publish('snapshot', 'timestamp');
    },
  },
  {
    kind: 'endless data',
    done: 'a timestamp followed by 2 MB of white space',
    expected: 'trust-endless-data',
    async strike(repository) {
      await repository.publish('timestamp');
      replaceLast(repository, 'timestamp', padded(last(repository, 'timestamp'), 2 ** 21));
    },
  },
  {
    kind: 'endless data',
    done: 'a root followed by 2 MB of white space',
    expected: 'trust-endless-data',
    async strike(repository) {
      await repository.publish('root');
      replaceLast(repository, 'root', padded(last(repository, 'root'), 2 ** 21));
    },
  },
  {
    kind: 'endless data',
    done: 'a snapshot one byte longer than the timestamp says',
    expected: 'trust-endless-data',
    before: (repository) => {
      repository.listsHashes = true;
    },
    async strike(repository) {
      await publishAll(repository);
      replaceLast(repository, 'snapshot', padded(last(repository, 'snapshot'), 1));
    },
  },
  {
    kind: 'endless data',
    done: 'a target one byte longer than signed',
    expected: 'trust-endless-data',
    paths: ['next'],
    before: (repository) => repository.addTarget('targets', 'next', 'good'),
    strike: (repository) => void repository.artefacts.set('next', Buffer.from('good!')),
  },
  {
    kind: 'wrong delegator',
    done: 'a delegated role signs a target outside its paths',
    expected: 'not found',
    paths: ['other/file'],
    async strike(repository) {
      repository.addTarget('team', 'other/file', 'evil');
      await repository.publish('team', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'wrong delegator',
    done: 'a role after a terminating delegation signs a target',
    expected: 'not found',
    paths: ['team/new'],
    before: (repository) => {
      repository.targets.delegations!.roles![0]!.terminating = true;
      repository.delegate('targets', 'later', { paths: ['team/*'] });
    },
    async strike(repository) {
      repository.addTarget('later', 'team/new', 'evil');
      await repository.publish('later', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'wrong delegator',
    done: 'a role that one parent vouches for signs for another parent, who does not',
    expected: 'trust-threshold',
    paths: ['a/file', 'b/file'],
    before: (repository) => {
      for (const parent of ['a', 'b']) {
        repository.delegate('targets', parent, { paths: [`${parent}/*`] });
        repository.delegate(parent, 'shared', { paths: [`${parent}/*`] });
        repository.addTarget('shared', `${parent}/file`, 'content');
      }
    },
    async strike(repository) {
      repository.signers.get('shared')!.pop();
      bad(repository, 'shared', 'b/file');
      await repository.publish('shared', 'snapshot', 'timestamp');
    },
  },
  {
    kind: 'malformed',
    done: 'a snapshot that the timestamp key signs is served as timestamp',
    expected: 'trust-metadata-invalid',
    async strike(repository) {
      repository.snapshot.meta['snapshot.json'] = { version: 1 };
      repository.snapshot.version += 10;
      repository.signers.set('snapshot', repository.signers.get('timestamp')!);
      await repository.republish('snapshot');
      repository.history.get('timestamp')!.push(last(repository, 'snapshot'));
    },
  },
  {
    kind: 'malformed',
    done: 'metadata of another major version of the specification (timestamp key)',
    expected: 'trust-metadata-invalid',
    async strike(repository) {
      repository.timestamp.spec_version = '2.0.0';
      await repository.publish('timestamp');
    },
  },
  {
    kind: 'malformed',
    done: 'a negative version (timestamp key)',
    expected: 'trust-metadata-invalid',
    async strike(repository) {
      repository.timestamp.version = -3;
      await repository.publish('timestamp');
    },
  },
  {
    kind: 'malformed',
    done: 'a sign-in page instead of the timestamp',
    expected: 'trust-metadata-invalid',
    strike: (repository) =>
      void repository.history.get('timestamp')!.push(Buffer.from('<!doctype html><title>x</title>')),
  },
  {
    kind: 'malformed',
    done: 'half of a timestamp',
    expected: 'trust-metadata-invalid',
    async strike(repository) {
      await repository.publish('timestamp');
      replaceLast(repository, 'timestamp', last(repository, 'timestamp').subarray(0, 200));
    },
  },
  {
    kind: 'malformed',
    done: 'a target whose only hash is of a kind that nobody knows',
    expected: 'trust-hash-mismatch',
    paths: ['next'],
    async strike(repository) {
      repository.addTarget('targets', 'next', 'good');
      repository.targets.targets['next']!.hashes = { 'unknown-hash': 'ab'.repeat(32) };
      await publishAll(repository);
    },
  },
  {
    kind: 'fast-forward',
    done: 'the timestamp jumps to the highest version (timestamp key)',
    expected: 'trust-fast-forward',
    async strike(repository) {
      repository.timestamp.version = Number.MAX_SAFE_INTEGER - 1;
      await repository.publish('timestamp');
    },
  },
  {
    kind: 'fast-forward',
    done: 'targets jump to the highest version in the snapshot (snapshot and timestamp keys), its file is withheld',
    expected: 'trust-fast-forward',
    async strike(repository) {
      repository.snapshot.meta['targets.json']!.version = Number.MAX_SAFE_INTEGER;
      await repository.publish('snapshot', 'timestamp');
    },
  },
];
