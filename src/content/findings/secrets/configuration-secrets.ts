import type { ExaminedImage, ImageExaminer } from '../image-examiner.ts';
import type { Observation, Place } from '../observation.ts';
import { secretsInText } from './secrets.ts';

/** Longest text of the configuration that is looked at, of each of its parts. */
const LONGEST = 64 * 1024;
const MAX_PARTS = 5000;

/** Secrets in the environment, the labels, the command and the history of an image: everybody who pulls it reads them. */
export const configurationSecrets: ImageExaminer = {
  name: 'configuration-secrets',
  examine(image) {
    const found: Observation[] = [];
    let left = MAX_PARTS;
    for (const { place, text, path, line, layer } of partsOf(image)) {
      if (--left < 0) break;
      for (const { path: _, line: __, ...seen } of secretsInText(text.slice(0, LONGEST)))
        found.push({
          ...seen,
          place,
          ...(path !== undefined && { path }),
          ...(line !== undefined && { line }),
          ...(layer !== undefined && { layer }),
          cure: 'build again without it (secrets of a build are mounted: RUN --mount=type=secret), and revoke it',
        });
    }
    return found;
  },
};

interface Part {
  readonly place: Place;
  readonly text: string;
  /** Name of the variable or label. */
  readonly path?: string;
  /** Step of the history. */
  readonly line?: number;
  readonly layer?: number;
}

function* partsOf({ config, annotations, steps }: ExaminedImage): Generator<Part> {
  const settings = config?.config;
  for (const each of settings?.Env ?? []) yield { place: 'environment', text: each, path: each.split('=', 1)[0]! };
  for (const [name, value] of Object.entries({ ...settings?.Labels, ...annotations }))
    yield { place: 'label', text: `${name}=${value}`, path: name };
  for (const list of [settings?.Entrypoint, settings?.Cmd])
    if (list && list.length > 0) yield { place: 'configuration', text: list.join(' ') };
  const places = steps.map((step) => step.layer);
  const history = config?.history ?? [];
  for (const [at, { created_by: instruction, comment }] of history.entries())
    for (const text of [instruction, comment])
      if (text)
        yield {
          place: 'history',
          text,
          line: at + 1,
          ...(steps.length === history.length && places[at] !== undefined && { layer: places[at] }),
        };
}
