import { hash, randomBytes } from 'node:crypto';
import type { TokenLimits } from '../../access/limits.ts';
import { beyond } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account, TokenRecord } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import { requireOrganisation } from './grants.ts';
import { newAccount } from './new-account.ts';

const ROBOT_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MAX_ROBOTS = 1000;

/** Accounts of machines: each belongs to an organisation, holds roles there and has tokens, never a password. */
export class Robots {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async list(viewer: Viewer, organisation: string): Promise<{ robot: Account; tokens: TokenRecord[] }[]> {
    const { records } = this.#database;
    await requireOrganisation(records, viewer, organisation, 'administer');
    const robots = await records.access.robots(organisation);
    return Promise.all(
      robots.map(async (robot) => ({ robot, tokens: await records.access.tokens(robot.id, 'robot') })),
    );
  }

  async create(viewer: Viewer, organisation: string, name: string): Promise<Account> {
    if (!ROBOT_NAME.test(name) || name.length > 60)
      throw new AssayError('name-invalid', 'a robot has lower case letters, digits and single . _ - between them');
    const now = this.#clock.now();
    const robot = newAccount({
      id: uuidv7(now),
      name: `${organisation}+${name}`,
      kind: 'robot',
      organisation,
      createdAt: now,
    });
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      if (await records.access.account(robot.name))
        throw new AssayError('already-exists', `the robot ${robot.name} exists already`);
      if ((await records.access.robots(organisation)).length >= MAX_ROBOTS)
        throw new AssayError('input-invalid', `an organisation has at most ${MAX_ROBOTS} robots`);
      await records.access.createAccount(robot);
      await appendEvent(records, now, 'robot.created', viewer, { organisation }, robot.name, {});
    });
    return robot;
  }

  async remove(viewer: Viewer, organisation: string, name: string): Promise<void> {
    await this.#database.change(async (records) => {
      const robot = await this.#require(records, viewer, organisation, name);
      await records.access.deleteAccount(robot.id);
      await appendEvent(records, this.#clock.now(), 'robot.deleted', viewer, { organisation }, robot.name, {});
    });
  }

  /** Makes a token for the robot; its text is returned once. Limits only ever narrow what the robot's roles allow. */
  async issue(
    viewer: Viewer,
    organisation: string,
    name: string,
    wanted: { name: string; lifetimeMs: number; limits: TokenLimits | undefined },
  ): Promise<{ token: TokenRecord; secret: string }> {
    const now = this.#clock.now();
    const secret = `asy_bot_${randomBytes(32).toString('base64url')}`;
    const token = await this.#database.change(async (records) => {
      const robot = await this.#require(records, viewer, organisation, name);
      const made: TokenRecord = {
        id: uuidv7(now),
        accountId: robot.id,
        kind: 'robot',
        name: wanted.name.slice(0, 100),
        readOnly: false,
        limits: wanted.limits,
        createdAt: now,
        expiresAt: now + wanted.lifetimeMs,
        lastUsedAt: undefined,
      };
      await records.access.addToken(made, hash('sha256', secret, 'hex'));
      await appendEvent(records, now, 'token.created', viewer, { organisation }, robot.name, {
        name: made.name,
        id: made.id,
      });
      return made;
    });
    return { token, secret };
  }

  async revoke(viewer: Viewer, organisation: string, name: string, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      const robot = await this.#require(records, viewer, organisation, name);
      if (!(await records.access.revokeToken(robot.id, id)))
        throw new AssayError('not-found', 'the robot has no such token');
      await appendEvent(records, this.#clock.now(), 'token.revoked', viewer, { organisation }, robot.name, { id });
    });
  }

  /** A token acts with the robot's rights: who makes or ends one must hold them too. */
  async #require(records: Records, viewer: Viewer, organisation: string, name: string): Promise<Account> {
    const rights = await requireOrganisation(records, viewer, organisation, 'administer');
    const robot = await records.access.account(`${organisation}+${name}`);
    if (robot?.kind !== 'robot')
      throw new AssayError('not-found', `there is no robot ${name.slice(0, 60)} in ${organisation}`);
    const held = await records.access.rightsIn(
      { kind: 'account', accountId: robot.id, name: robot.name, administrator: robot.administrator },
      organisation,
    );
    if (beyond(held, rights).length > 0) throw new AssayError('denied', 'the robot may do what you may not');
    return robot;
  }
}
