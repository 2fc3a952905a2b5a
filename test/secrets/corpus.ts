import { cloudKinds } from './kinds-cloud.ts';
import { developerKinds } from './kinds-developer.ts';
import { fileKinds } from './kinds-file.ts';
import { serviceKinds } from './kinds-service.ts';
import { Letters } from './letters.ts';
import { hardPlaces, places } from './places.ts';

/**
 * Secrets planted into an image, to measure how many are found. Forms are those that issuers publish and values are
 * random; it was written before the detector was read and is not changed for its sake. What is missed stays missed.
 */
export const kinds = [...developerKinds, ...cloudKinds, ...serviceKinds, ...fileKinds];

export interface Plant {
  readonly kind: string;
  readonly place: string;
  /** `deleted`: a later layer removes the file. The others stand in the image's configuration, not in a file. */
  readonly where: 'live' | 'deleted' | 'environment' | 'label' | 'history';
  readonly secret: string;
  /** Of files. */
  readonly path?: string;
  readonly content?: string | Uint8Array;
  /** Of the configuration: the whole setting. */
  readonly setting?: string;
}

const CONFIGURATION = ['environment', 'label', 'history'] as const;

/** The plants of one seed: each kind in a file once, half of the kinds twice, some in the configuration or hidden. */
export function plantSecrets(seed: number): readonly Plant[] {
  const letters = new Letters(seed);
  const plants: Plant[] = [];
  kinds.forEach((kind, number) => {
    const planted = kind.plant(letters);
    const where = number % 3 === 2 ? 'deleted' : 'live';
    if (planted.text !== undefined && planted.path !== undefined) {
      plants.push({
        kind: kind.kind,
        place: 'its own file',
        where,
        secret: planted.secret,
        path: planted.path,
        content: planted.text,
      });
      return;
    }
    const place = letters.random.pick(places);
    const { path, content } = place.write(planted.name, planted.secret, number);
    plants.push({ kind: kind.kind, place: place.place, where, secret: planted.secret, path, content });
    if (number % 2 === 1) return;
    const again = kind.plant(letters);
    if (number % 12 === 0) {
      const setting = CONFIGURATION[(number / 12) % 3] ?? 'environment';
      plants.push({
        kind: kind.kind,
        place: 'configuration',
        where: setting,
        secret: again.secret,
        setting: `${again.name}=${again.secret}`,
      });
    } else {
      const other = number % 30 === 2 ? letters.random.pick(hardPlaces) : letters.random.pick(places);
      const written = other.write(again.name, again.secret, 1000 + number);
      plants.push({
        kind: kind.kind,
        place: other.place,
        where: 'live',
        secret: again.secret,
        path: written.path,
        content: written.content,
      });
    }
  });
  return plants;
}
