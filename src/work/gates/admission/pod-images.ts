import { isPodless, workloadOf } from './workloads.ts';

/** A place in an object that names an image. */
export interface ImagePlace {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly reference: string;
}

export interface FoundImages {
  readonly places: readonly ImagePlace[];
  /** What does not have the form that the kind asks for; such an object is refused. */
  readonly problems: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;
/** How deep objects of unknown kinds are looked through. */
const MAX_DEPTH = 100;

/**
 * Every image that an object would run or mount. Of built-in kinds the pod specification is read strictly; objects of
 * other kinds are walked for lists of containers, image volumes and an `image` beside a `name`.
 */
export function imagesOf(group: string, kind: string, object: unknown): FoundImages {
  const found = new Finding();
  const workload = workloadOf(group, kind);
  if (workload) {
    const spec = workload.path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
    found.podSpec(spec, `/${workload.path.join('/')}`);
  } else if (!isPodless(group, kind)) found.walk(object, '', 0);
  return found;
}

class Finding implements FoundImages {
  readonly places: ImagePlace[] = [];
  readonly problems: string[] = [];

  podSpec(spec: unknown, pointer: string): void {
    if (!isObject(spec)) {
      this.problems.push(`${pointer} is no pod specification`);
      return;
    }
    for (const list of LISTS) {
      const value = spec[list];
      const absent = value === undefined || value === null;
      if (absent && list !== 'containers') continue;
      if (!Array.isArray(value)) this.problems.push(`${pointer}/${list} is no list`);
      else value.forEach((each: unknown, at) => this.#container(each, `${pointer}/${list}/${at}`));
    }
    this.#volumes(spec, pointer);
  }

  #container(value: unknown, pointer: string): void {
    const image = isObject(value) ? value['image'] : undefined;
    if (typeof image === 'string' && image !== '') this.places.push({ pointer: `${pointer}/image`, reference: image });
    else this.problems.push(`${pointer} names no image`);
  }

  #volumes({ volumes }: Members, pointer: string): void {
    if (volumes === undefined || volumes === null) return;
    if (!Array.isArray(volumes)) {
      this.problems.push(`${pointer}/volumes is no list`);
      return;
    }
    volumes.forEach((each: unknown, at) => {
      const image = isObject(each) ? each['image'] : undefined;
      if (image === undefined || image === null) return;
      const reference = isObject(image) ? image['reference'] : undefined;
      const place = `${pointer}/volumes/${at}/image/reference`;
      if (typeof reference === 'string' && reference !== '') this.places.push({ pointer: place, reference });
      else this.problems.push(`${place} names no image`);
    });
  }

  walk(value: unknown, pointer: string, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.problems.push(`nested deeper than ${MAX_DEPTH} levels`);
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((each: unknown, at) => this.walk(each, `${pointer}/${at}`, depth + 1));
      return;
    }
    if (!isObject(value)) return;
    const { image } = value;
    if (typeof image === 'string' && image !== '' && typeof value['name'] === 'string')
      this.places.push({ pointer: `${pointer}/image`, reference: image });
    if (Array.isArray(value['containers'])) this.#volumesOfUnknown(value, pointer);
    const whole = typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string';
    for (const [key, part] of Object.entries(value))
      if (!(whole && (key === 'metadata' || key === 'status')))
        this.walk(part, `${pointer}/${escaped(key)}`, depth + 1);
  }

  #volumesOfUnknown(value: Members, pointer: string): void {
    if (Array.isArray(value['volumes'])) this.#volumes(value, pointer);
    for (const list of LISTS) {
      const some = value[list];
      if (!Array.isArray(some)) continue;
      some.forEach((each: unknown, at) => {
        if (!isObject(each)) return;
        const { image, name } = each;
        // With a name it is found by the walk itself.
        if (typeof image === 'string' && image !== '' && typeof name !== 'string')
          this.places.push({ pointer: `${pointer}/${list}/${at}/image`, reference: image });
        else if (image !== undefined && image !== null && typeof image !== 'string')
          this.problems.push(`${pointer}/${list}/${at}/image is no text`);
      });
    }
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901 section 3. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
