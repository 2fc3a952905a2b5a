import { nameOf, systemViewer, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { isIn } from '../../policy/channels/channel.ts';
import { conflictOf } from '../../policy/channels/overlap.ts';
import { readChannel } from '../../policy/channels/read-channel.ts';
import type { StageImage, StoredChannel } from '../../ports/channel-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import { requireOrganisation } from '../access/grants.ts';
import { appendEvent } from '../events.ts';
import { requireMember } from '../policy/policies.ts';
import { type ChannelInForce, channelsOf, inForce } from './channel-book.ts';
import { endRequest } from './end-request.ts';

const MAX_CHANNELS = 100;
/** Tags that are looked through for one stage, the newest first, and images of it that are shown. */
const MAX_TAGS = 1000;
const MAX_SHOWN = 50;

export interface ShownChannel {
  readonly channel: ChannelInForce;
  readonly stored: StoredChannel;
}

/** Writing, reading and taking away the definitions of an organisation's channels. */
export class Channels {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Of an organisation that the viewer belongs to. */
  async list(viewer: Viewer, organisation: string): Promise<ShownChannel[]> {
    const { records } = this.#database;
    await requireMember(records, viewer, organisation);
    const all = await records.channels.channels(organisation);
    return all.map((stored) => ({ stored, channel: inForce(stored) }));
  }

  async get(viewer: Viewer, organisation: string, name: string): Promise<ShownChannel> {
    const found = (await this.list(viewer, organisation)).find(({ stored }) => stored.name === name);
    if (!found) throw missing(organisation, name);
    return found;
  }

  /** What stands in each stage, as far as the viewer may pull it: the newest of each. */
  async images(viewer: Viewer, { channel }: ShownChannel): Promise<readonly StageImage[][]> {
    const { channels } = this.#database.records;
    const found: StageImage[][] = [];
    for (const stage of channel.stages) {
      const prefix = stage.repository.split('*', 1)[0]!;
      const some = await channels.stageImages(viewer, { organisation: channel.organisation, prefix, limit: MAX_TAGS });
      found.push(some.filter((each) => isIn(stage, each)).slice(0, MAX_SHOWN));
    }
    return found;
  }

  /** Puts a definition in force; what was asked under the one before is void. Throws `channel-invalid` with its place. */
  async apply(viewer: Viewer, text: string): Promise<ShownChannel & { readonly changed: boolean }> {
    const { channel, problemAt } = readChannel(text);
    const { organisation, name } = channel;
    return this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      const before = (await records.channels.channels(organisation)).find((each) => each.name === name);
      if (before?.text === text) return { stored: before, channel: inForce(before), changed: false };
      const others = (await channelsOf(records, organisation)).filter((each) => each.name !== name);
      if (others.length >= MAX_CHANNELS)
        throw new AssayError('input-invalid', `an organisation has at most ${MAX_CHANNELS} channels`);
      const conflict = conflictOf(channel, others);
      if (conflict) throw problemAt(conflict.stage, conflict.detail);
      const now = this.#clock.now();
      const stored = await records.channels.putChannel({
        organisation,
        name,
        text,
        updatedAt: now,
        updatedBy: nameOf(viewer),
      });
      await appendEvent(
        records,
        now,
        before ? 'channel.changed' : 'channel.created',
        viewer,
        { organisation },
        `${organisation}/${name}`,
        { version: stored.version, stages: channel.stages.map((stage) => stage.name) },
        { before: before?.text, after: text },
      );
      await this.#voidOpen(records, organisation, name, 'the definition of the channel was changed', now);
      return { stored, channel: inForce(stored), changed: true };
    });
  }

  async remove(viewer: Viewer, organisation: string, name: string): Promise<void> {
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      const before = (await records.channels.channels(organisation)).find((each) => each.name === name);
      if (!before || !(await records.channels.deleteChannel(organisation, name))) throw missing(organisation, name);
      const now = this.#clock.now();
      const title = `${organisation}/${name}`;
      await appendEvent(records, now, 'channel.deleted', viewer, { organisation }, title, {}, { before: before.text });
      await this.#voidOpen(records, organisation, name, 'the channel was removed', now);
    });
  }

  async #voidOpen(records: Records, organisation: string, channel: string, why: string, now: number): Promise<void> {
    const system = systemViewer('the definition of a channel changes');
    for (;;) {
      const open = await records.channels.requests(system, { organisation, channel, state: 'open', limit: 200 });
      for (const request of open) await endRequest(records, request, 'void', system, why, now);
      if (open.length < 200) return;
    }
  }
}

function missing(organisation: string, name: string): AssayError {
  return new AssayError('not-found', `no channel ${name.slice(0, 80)} in ${organisation.slice(0, 80)}`);
}
