import { severities } from '../advisories/advisory.ts';
import { INSIDE } from '../image/archive-members.ts';
import { finalView } from '../image/final-view.ts';
import { type ExaminedImage, imageExaminers } from './image-examiner.ts';
import { type Observation, observationKinds } from './observation.ts';

/** Findings of one image that are kept; an image with more is told of by its worst. */
export const MAX_OBSERVATIONS = 5000;

/** What examiners saw in the layers, placed in the finished image, with what the image as a whole shows. Pure. */
export function examineImage(image: Omit<ExaminedImage, 'view'>): Observation[] {
  const view = finalView(image.layers.map((each) => each.files));
  const inLayers = image.layers.flatMap(({ inventory }, layer) =>
    (inventory.observations ?? []).map((each): Observation => {
      const stays = view.files.get(each.path.split(INSIDE, 1)[0]!)?.layer === layer;
      return { ...each, place: 'file', layer, ...(!stays && { removed: true as const }) };
    }),
  );
  const whole = imageExaminers.flatMap((each) => each.examine({ ...image, view }));
  return distinct([...inLayers, ...whole])
    .sort(worstFirst)
    .slice(0, MAX_OBSERVATIONS);
}

/** A layer that stands in an image twice tells the same twice. */
function distinct(observations: readonly Observation[]): Observation[] {
  const seen = new Map<string, Observation>();
  for (const each of observations) {
    const key = [each.kind, each.id, each.place, each.path, each.line, each.layer, each.fingerprint, each.detail].join(
      '\0',
    );
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

/** Kinds in their order, then the worst, then by place. */
function worstFirst(a: Observation, b: Observation): number {
  return (
    observationKinds.indexOf(a.kind) - observationKinds.indexOf(b.kind) ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    compare(a.id, b.id) ||
    compare(a.path ?? '', b.path ?? '') ||
    (a.line ?? 0) - (b.line ?? 0)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
