import type { ContainerEngine, HeldImage } from '../src/ports/container-engine.ts';
import type { DecisionShelf, DecisionSource } from '../src/ports/decision-source.ts';
import { AssayError } from '../src/lib/error.ts';
import { done, PASSWORD } from './access-client.ts';
import { type GateWorld, type WorldState, worldStates } from './gate-world.ts';
import { basic } from './server.ts';

const LOCAL_ID = `sha256:${'1'.repeat(64)}`;

/** An engine that holds every image of the world, one that was built there, and containers of two of them. */
export function engineOf(world: GateWorld, tags: ReadonlyMap<string, string> = new Map()): ContainerEngine {
  const byName = new Map<string, HeldImage>();
  for (const state of worldStates) {
    const { repository, config, digest } = world.images[state];
    // An engine holds images, not indexes.
    if (config === '') continue;
    // The same image as `good`; this engine has it from there.
    if (state === 'replayed') continue;
    const held = { id: config, repoDigests: [`${world.server.host}/${repository}@${digest}`] };
    const hex = config.slice('sha256:'.length);
    for (const name of [`${world.server.host}/${repository}:1.0`, `${state}:1`, config, hex, hex.slice(0, 12)])
      byName.set(name, held);
  }
  const local = { id: LOCAL_ID, repoDigests: [] };
  byName.set('local:1', local).set(LOCAL_ID, local);
  for (const [name, of] of tags) byName.set(name, byName.get(`${of}:1`)!);
  return {
    image: (name) => Promise.resolve(byName.get(name)),
    container: (name) => {
      const state = /^c-(\w+)$/.exec(name)?.[1];
      const found = worldStates.find((each) => each === state);
      return Promise.resolve(found && { image: world.images[found].config, hostConfig: {} });
    },
    volume: () => Promise.resolve({ driver: 'local', options: null }),
    resolve: (path) => Promise.resolve(path),
  };
}

/** The world's server as a gate elsewhere asks it, as long as it is there. */
export function sourceOf(world: GateWorld, there: () => boolean): DecisionSource {
  const as = basic('reader', PASSWORD);
  const away = () => new AssayError('network-failed', 'nothing listens there');
  return {
    async decide({ gate, image, platform, powers }, dryRun) {
      if (!there()) throw away();
      const body = { image, platform, powers, dryRun };
      return (await done<{ decision: string }>(world.server, 'POST', `/gates/${gate}`, body, as)).decision;
    },
    async keys() {
      if (!there()) throw away();
      const { keys } = await done<{ keys: { kid: string; x: string }[] }>(
        world.server,
        'GET',
        '/decisions/keys',
        undefined,
        as,
      );
      return new Map(keys.map(({ kid, x }) => [kid, x]));
    },
  };
}

/** A shelf with these decisions on it. */
export function shelfOf(decisions: readonly string[], keys: ReadonlyMap<string, string>): DecisionShelf {
  return { load: () => Promise.resolve({ keys, decisions }), save: () => Promise.resolve() };
}

export type { WorldState };
