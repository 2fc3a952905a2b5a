import { examineImage } from '../../src/content/findings/examine-image.ts';
import type { Observation } from '../../src/content/findings/observation.ts';
import { LayerReader } from '../../src/content/image/layer-reader.ts';
import type { LayerContents } from '../../src/content/image/layer-contents.ts';
import { historySteps } from '../../src/content/image/history.ts';
import { analysers } from '../../src/content/inventory/analysers.ts';
import { type TarItem, tarOf } from '../archives.ts';
import { type Plant, plantSecrets } from './corpus.ts';
import { persistence } from './persistence.ts';

export interface SecretsResult {
  readonly planted: number;
  readonly kinds: number;
  readonly found: number;
  readonly missed: readonly Plant[];
  readonly persistenceMissed: readonly string[];
}

/** Plants the corpus of a seed into an image of two layers and its configuration, and counts what is told of it. */
export function runSecrets(seed: number): SecretsResult {
  const plants = plantSecrets(seed);
  const files = plants.filter((each) => each.path !== undefined);
  const lower = [
    ...files.map((each): TarItem => ({ path: each.path ?? '', content: each.content ?? '' })),
    ...persistence.map(
      ({ path, content, mode }): TarItem => ({
        path,
        content: Buffer.from(content, 'latin1'),
        ...(mode !== undefined && { mode }),
      }),
    ),
  ];
  const upper = files
    .filter((each) => each.where === 'deleted')
    .map((each): TarItem => ({ path: (each.path ?? '').replace(/([^/]*)$/, '.wh.$1') }));
  const layers = [lower, [...upper, { path: 'srv/app/end', content: 'x' }]].map(readLayer);
  const settings = (where: Plant['where']) =>
    plants.filter((each) => each.where === where).map((each) => each.setting ?? '');
  const labels = settings('label').map((each): [string, string] => {
    const equals = each.indexOf('=');
    return [each.slice(0, equals), each.slice(equals + 1)];
  });
  const history = settings('history').map((each) => ({
    created_by: `RUN |1 ${each} /bin/sh -c make install`,
    empty_layer: true,
  }));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
    config: { Env: settings('environment'), Labels: Object.fromEntries(labels) },
    history,
  };
  const observations = examineImage({
    config,
    annotations: {},
    steps: historySteps(config, layers.length),
    layers,
    packages: [],
    distribution: undefined,
  });
  const steps = plants.filter((each) => each.where === 'history');
  const missed = plants.filter((each) => !observations.some((one) => tells(one, each, steps.indexOf(each))));
  const malware = observations.filter((each) => each.kind === 'malware');
  return {
    planted: plants.length,
    kinds: new Set(plants.map((each) => each.kind)).size,
    found: plants.length - missed.length,
    missed,
    persistenceMissed: persistence
      .filter(({ path }) => !malware.some((each) => each.path === path))
      .map(({ what }) => what),
  };
}

/** A file is told of by its path and, where it was removed, as removed; a setting by its name, a step by its number. */
function tells(one: Observation, plant: Plant, step: number): boolean {
  if (one.kind !== 'secret') return false;
  // What lies in an archive is told of with its place in it.
  const file = one.path?.split('!/', 1)[0];
  if (plant.path !== undefined) return file === plant.path && (plant.where !== 'deleted' || one.removed === true);
  if (one.place !== plant.where) return false;
  if (plant.where === 'history') return one.line === step + 1;
  return one.path === (plant.setting ?? '').split('=', 1)[0];
}

function readLayer(items: readonly TarItem[]): LayerContents {
  const reader = new LayerReader(analysers);
  const tar = tarOf(items);
  reader.write(tar);
  return reader.finish({ diffId: '', uncompressedSize: tar.length });
}
