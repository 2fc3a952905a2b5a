import { isAssayError } from '../../lib/error.ts';
import type { DecisionQuestion } from '../../policy/signed-decision.ts';
import type { ContainerEngine, HeldImage } from '../../ports/container-engine.ts';
import { type EngineRequest, readCall } from '../../runtime/docker/engine-call.ts';
import { type ContainerWish, powersOfVolume, wishOf } from '../../runtime/docker/host-config.ts';
import { powerOfPath } from '../../runtime/docker/host-paths.ts';
import { type ImageAnswer, LOCAL_IMAGE } from './image-judge.ts';

/** What an engine is told of a call. */
export type EngineVerdict = { readonly allow: true } | { readonly allow: false; readonly message: string };

type Judged = Pick<ImageAnswer, 'outcome' | 'line' | 'images'>;

/** Names of one image that are asked about; an image that came from more registries is asked by the first. */
const MAX_NAMES = 10;
const ALLOW: EngineVerdict = { allow: true };
const deny = (message: string): EngineVerdict => ({ allow: false, message });

/**
 * Decides the calls of a Docker Engine. An image is judged by what it is: the digests that registries know it by, of
 * which the answer must name the image that lies here; local names mean nothing. A container is judged again when it is
 * started, so that what was refused, set aside or found since does not run from a cache.
 */
export class EngineGate {
  readonly #engine: ContainerEngine;
  readonly #judge: (question: DecisionQuestion) => Promise<Judged>;

  constructor(engine: ContainerEngine, judge: (question: DecisionQuestion) => Promise<Judged>) {
    this.#engine = engine;
    this.#judge = judge;
  }

  async decide(request: EngineRequest): Promise<EngineVerdict> {
    const call = readCall(request);
    try {
      switch (call.kind) {
        case 'pass':
          return ALLOW;
        case 'refuse':
          return deny(`policy images, rule request: the call could not be judged: ${call.reason}`);
        case 'create':
          return await this.#created(call.image, call.wish);
        case 'start':
          return await this.#started(call.container);
        case 'exec':
          return call.privileged ? await this.#inContainer(call.container, ['exec-privileged']) : ALLOW;
        case 'pull':
          return verdictOf(await this.#ask(call.image, []), call.image);
        case 'local':
          return verdictOf(await this.#ask(LOCAL_IMAGE, []), call.what);
        default:
          return call satisfies never;
      }
    } catch (error) {
      const why = isAssayError(error) ? error.message : 'an unexpected error';
      return deny(`policy images, rule undecided: no decision could be made: ${why}`);
    }
  }

  #ask(image: string, powers: readonly string[]): Promise<Judged> {
    return this.#judge({ gate: 'run', image, powers });
  }

  async #created(name: string, wish: ContainerWish): Promise<EngineVerdict> {
    const held = await this.#engine.image(name);
    // Nothing to run yet: the engine answers so itself, and whatever comes of it is judged at its start.
    if (!held) return ALLOW;
    const powers = await this.#powersOf(wish);
    const mounted = await Promise.all(wish.images.map((each) => this.#mounted(each)));
    const against = mounted.find((each) => !each.allow);
    return against ?? this.#held(held, powers, name);
  }

  async #mounted(name: string): Promise<EngineVerdict> {
    const held = await this.#engine.image(name);
    return held ? this.#held(held, [], name) : deny(`policy images, rule missing: ${name} is not here to be judged`);
  }

  async #started(name: string): Promise<EngineVerdict> {
    const container = await this.#engine.container(name);
    if (!container) return deny(`policy images, rule missing: no container ${name.slice(0, 100)} that could be judged`);
    return this.#inContainer(name, await this.#powersOf(wishOf(container.hostConfig)));
  }

  async #inContainer(name: string, powers: readonly string[]): Promise<EngineVerdict> {
    const container = await this.#engine.container(name);
    const held = container && (await this.#engine.image(container.image));
    if (!held) return deny(`policy images, rule missing: the image of ${name.slice(0, 100)} is not here to be judged`);
    return this.#held(held, powers, container.image);
  }

  /** Any registry that knows the image may speak for it, as long as it speaks of the same bytes. */
  async #held({ id, repoDigests }: HeldImage, powers: readonly string[], shown: string): Promise<EngineVerdict> {
    const names = repoDigests.slice(0, MAX_NAMES);
    if (names.length === 0) return verdictOf(await this.#ask(LOCAL_IMAGE, powers), shown);
    let worst: EngineVerdict | undefined;
    for (const name of names) {
      const answer = await this.#ask(name, powers);
      const other = answer.images.length > 0 && !answer.images.includes(id);
      const verdict = other
        ? deny(`policy images, rule changed: the image here is not ${name}`)
        : verdictOf(answer, shown);
      if (verdict.allow) return verdict;
      worst ??= verdict;
      // The words of the registry that holds it say more than that another is foreign.
      if (answer.images.length > 0) worst = verdict;
    }
    return worst ?? deny('policy images, rule missing: it came from no registry');
  }

  /** Links are followed and named volumes looked at: what is bound is the host's, whatever it is called. */
  async #powersOf(wish: ContainerWish): Promise<readonly string[]> {
    const powers = new Set(wish.powers);
    for (const path of wish.paths) {
      const power = powerOfPath(await this.#engine.resolve(path));
      if (power !== undefined) powers.add(power);
    }
    for (const name of wish.volumes) {
      const volume = await this.#engine.volume(name);
      for (const power of volume ? powersOfVolume(volume.driver, volume.options) : []) powers.add(power);
    }
    return [...powers].sort();
  }
}

function verdictOf({ outcome, line }: Judged, shown: string): EngineVerdict {
  return outcome === 'allow' ? ALLOW : deny(`${shown.slice(0, 200)}: ${line}`);
}
