import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Viewer } from '../../access/viewer.ts';
import { type Ceremony, verifyAssertion, verifyRegistration } from '../../access/webauthn.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account, Passkey } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import type { Directories } from './directories.ts';

const CHALLENGE_MS = 5 * 60_000;
const MAX_USED = 100_000;
const MAX_PASSKEYS = 20;

type Me = Viewer & { kind: 'account' };
/** The page that a ceremony runs on. */
export type Site = Pick<Ceremony, 'rpId' | 'origin'>;

/**
 * Passkeys (WebAuthn Level 3): they sign in by themselves, since the authenticator verifies its holder, and an account
 * that has one is not opened by its password alone any more.
 */
export class Passkeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #directories: Directories;
  /** Challenges are MACs under a key of this process, so that asking for many fills nothing. */
  readonly #key = randomBytes(32);
  /** Those that were answered, until they would have ended anyway: each is good once. */
  readonly #used = new Map<string, number>();

  constructor(database: Database, clock: Clock, directories: Directories) {
    this.#database = database;
    this.#clock = clock;
    this.#directories = directories;
  }

  /** For one purpose: `sign-in`, or an account's id for its new passkey. */
  challenge(purpose: string): string {
    const head = Buffer.alloc(24);
    head.writeBigUInt64BE(BigInt(this.#clock.now() + CHALLENGE_MS));
    randomBytes(16).copy(head, 8);
    return Buffer.concat([head, this.#mac(head, purpose)]).toString('base64url');
  }

  list(viewer: Me): Promise<Passkey[]> {
    return this.#database.records.access.passkeys(viewer.accountId);
  }

  /** Adds one; other sessions end, since they were opened without it. */
  async add(
    viewer: Me,
    site: Site,
    given: { name: string } & Parameters<typeof verifyRegistration>[1],
  ): Promise<Passkey> {
    const found = verifyRegistration(this.#ceremony(site, viewer.accountId), given);
    const now = this.#clock.now();
    return this.#database.change(async (records) => {
      if ((await records.access.passkeys(viewer.accountId)).length >= MAX_PASSKEYS)
        throw new AssayError('conflict', `one has at most ${MAX_PASSKEYS} passkeys`);
      // Section 7.1 step 26: an id is one account's alone.
      if (await records.access.passkeyByCredential(found.credentialId))
        throw new AssayError('already-exists', 'this passkey is registered already');
      const passkey: Passkey = {
        ...found,
        id: uuidv7(now),
        accountId: viewer.accountId,
        name: given.name,
        site: site.rpId,
        suspected: false,
        createdAt: now,
        lastUsedAt: undefined,
      };
      await records.access.addPasskey(passkey);
      await records.access.revokeTokens(viewer.accountId, ['session', 'refresh']);
      await appendEvent(records, now, 'passkey.added', viewer, undefined, viewer.name, {
        id: passkey.id,
        name: passkey.name,
      });
      return passkey;
    });
  }

  async rename(viewer: Me, id: string, name: string): Promise<void> {
    await this.#database.change(async (records) => {
      const before = (await records.access.passkeys(viewer.accountId)).find((each) => each.id === id);
      if (!before) throw new AssayError('not-found', 'you have no such passkey');
      await records.access.renamePasskey(id, name);
      const change = { before: { name: before.name }, after: { name } };
      await appendEvent(records, this.#clock.now(), 'passkey.changed', viewer, undefined, viewer.name, { id }, change);
    });
  }

  async remove(viewer: Me, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      if (!(await records.access.removePasskey(viewer.accountId, id)))
        throw new AssayError('not-found', 'you have no such passkey');
      await appendEvent(records, this.#clock.now(), 'passkey.removed', viewer, undefined, viewer.name, { id });
    });
  }

  /** Whose passkey answered. Throws `credentials-invalid`, with the same words for one that is unknown and one of nobody. */
  async signIn(site: Site, given: { credentialId: string } & Parameters<typeof verifyAssertion>[2]): Promise<Account> {
    const { access } = this.#database.records;
    const passkey = await access.passkeyByCredential(given.credentialId);
    const account = passkey && (await access.accountById(passkey.accountId));
    if (!passkey || !account || account.disabled || passkey.site !== site.rpId)
      throw new AssayError('credentials-invalid', 'that passkey opens nothing here');
    const { counter, cloned } = verifyAssertion(this.#ceremony(site, 'sign-in'), passkey, given);
    const now = this.#clock.now();
    const suspected = await this.#database.change(async (records) => {
      // Compared and set in one transaction: of two answers at once with one counter, one is the clone's.
      const fresh = !cloned && (await records.access.usePasskey(passkey.id, counter, now));
      if (fresh) return false;
      await records.access.suspectPasskey(passkey.id);
      await appendEvent(records, now, 'passkey.suspected', account.name, undefined, account.name, { id: passkey.id });
      return true;
    });
    if (suspected || passkey.suspected)
      throw new AssayError(
        'credentials-invalid',
        'the passkey is not accepted: its counter went back, so a copy of it may exist; sign in otherwise and remove it',
      );
    return this.#directories.requireVouched(account, 0);
  }

  #ceremony(site: Site, purpose: string): Ceremony {
    return { ...site, isChallenge: (text) => this.#take(text, purpose) };
  }

  #take(text: string, purpose: string): boolean {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== 56 || bytes.toString('base64url') !== text) return false;
    const head = bytes.subarray(0, 24);
    if (!timingSafeEqual(bytes.subarray(24), this.#mac(head, purpose))) return false;
    const now = this.#clock.now();
    const until = Number(head.readBigUInt64BE());
    if (until <= now || this.#used.has(text)) return false;
    if (this.#used.size >= MAX_USED) for (const [each, end] of this.#used) if (end <= now) this.#used.delete(each);
    if (this.#used.size >= MAX_USED) throw new AssayError('too-many-requests', undefined, { retryAfter: 60 });
    this.#used.set(text, until);
    return true;
  }

  #mac(head: Uint8Array, purpose: string): Buffer {
    return createHmac('sha256', this.#key).update(head).update(purpose).digest();
  }
}
