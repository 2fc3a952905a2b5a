import type { ImageAnswer } from '../image-judge.ts';
import { type FoundImages, imagesOf, type ImagePlace } from './pod-images.ts';
import type { AdmissionAnswer, AdmissionPatch, AdmissionRequest } from './review.ts';

/** What an admission needs to know of an image. */
export type AdmittedImage = Pick<ImageAnswer, 'outcome' | 'line' | 'warnings' | 'pinned'>;

/** Judges one image at the gate deploy; `record` is false where nothing may be left behind. */
export type JudgeImage = (reference: string, record: boolean) => Promise<AdmittedImage>;

/** Containers and volumes of one object that are judged; more are refused. */
const MAX_IMAGES = 500;
const MAX_SHOWN = 5;

/**
 * Decides an admission request. Deletion and connections pass: they bring no image. On an update only what names an
 * image anew is judged, so that what runs can still be scaled down, labelled and let go; the pods that a controller makes
 * are judged when they are made. Nothing that an earlier webhook wrote is believed.
 */
export async function admit(
  request: AdmissionRequest,
  judge: JudgeImage,
  form: 'validate' | 'mutate',
): Promise<AdmissionAnswer> {
  const { operation } = request;
  if (operation === 'DELETE' || operation === 'CONNECT') return { allowed: true };
  if (operation !== 'CREATE' && operation !== 'UPDATE')
    return refused(`the operation ${operation.slice(0, 40)} is not known`);
  const { object } = request;
  if (!isWhole(object, request)) return refused('the object is missing, or is not of the kind that the request says');
  const { group, kind } = request.kind;
  const { places, problems } = imagesOf(group, kind, object);
  const [problem] = problems;
  if (problem !== undefined) return refused(problem);
  if (places.length > MAX_IMAGES) return refused(`${places.length} images are more than ${MAX_IMAGES}`);
  const fresh = operation === 'UPDATE' ? withoutOld(places, imagesOf(group, kind, request.oldObject)) : places;
  return decided(fresh, judge, request.dryRun !== true, form);
}

async function decided(
  places: readonly ImagePlace[],
  judge: JudgeImage,
  record: boolean,
  form: 'validate' | 'mutate',
): Promise<AdmissionAnswer> {
  const answers = new Map<string, AdmittedImage>();
  for (const { reference } of places)
    if (!answers.has(reference)) answers.set(reference, await judge(reference, record));
  const against = [...answers].filter(([, each]) => each.outcome === 'deny');
  if (against.length > 0) {
    const shown = against.slice(0, MAX_SHOWN).map(([reference, { line }]) => `${reference.slice(0, 300)}: ${line}`);
    const more = against.length > MAX_SHOWN ? [`and ${against.length - MAX_SHOWN} more`] : [];
    return { allowed: false, code: 403, message: [...shown, ...more].join(' | ') };
  }
  const warnings = [...answers].flatMap(([reference, each]) => each.warnings.map((text) => `${reference}: ${text}`));
  return { allowed: true, warnings, ...(form === 'mutate' && { patch: pinned(places, answers) }) };
}

function pinned(places: readonly ImagePlace[], answers: ReadonlyMap<string, AdmittedImage>): AdmissionPatch[] {
  return places.flatMap(({ pointer, reference }) => {
    const value = answers.get(reference)?.pinned;
    return value === undefined || reference.includes('@') ? [] : [{ op: 'replace' as const, path: pointer, value }];
  });
}

function withoutOld(places: readonly ImagePlace[], old: FoundImages): ImagePlace[] {
  const before = new Map(old.places.map((each) => [each.pointer, each.reference]));
  return places.filter(({ pointer, reference }) => before.get(pointer) !== reference);
}

/** The object must be what the request says it is: another kind would be looked at in the wrong places. */
function isWhole(object: unknown, { kind: { group, version, kind } }: AdmissionRequest): boolean {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return false;
  const { kind: said, apiVersion } = object as { kind?: unknown; apiVersion?: unknown };
  return said === kind && apiVersion === (group === '' ? version : `${group}/${version}`);
}

function refused(detail: string): AdmissionAnswer {
  return { allowed: false, code: 403, message: `policy images, rule request: ${detail}` };
}
