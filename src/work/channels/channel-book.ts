import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Channel, Standing } from '../../policy/channels/channel.ts';
import { isIn } from '../../policy/channels/channel.ts';
import { readChannel } from '../../policy/channels/read-channel.ts';
import type { StoredChannel } from '../../ports/channel-records.ts';
import type { Records } from '../../ports/database.ts';

/** A channel as it is in force. */
export interface ChannelInForce extends Channel {
  readonly version: number;
}

const MAX_READ = 1000;
const read = new Map<string, Channel>();

/** A stored definition was read when it was stored; its text is read once here as well. */
export function inForce({ text, version }: StoredChannel): ChannelInForce {
  let channel = read.get(text);
  if (!channel) {
    channel = readChannel(text).channel;
    if (read.size >= MAX_READ) read.clear();
    read.set(text, channel);
  }
  return { ...channel, version };
}

export async function channelsOf(records: Records, organisation: string): Promise<ChannelInForce[]> {
  return (await records.channels.channels(organisation)).map(inForce);
}

/** From a stage to the next one, with the channel that says so. */
export interface Step extends Standing {
  readonly channel: ChannelInForce;
  readonly next: Channel['stages'][number];
}

/** Every step that an image under this name could take. */
export async function stepsFrom(records: Records, name: RepositoryName, tag: string): Promise<Step[]> {
  const place = { repository: name, tag };
  const all = await channelsOf(records, organisationOf(name));
  return all.flatMap((channel) =>
    channel.stages.flatMap((stage, position) => {
      const next = channel.stages[position + 1];
      return next && isIn(stage, place) ? [{ channel, position, stage, next }] : [];
    }),
  );
}
