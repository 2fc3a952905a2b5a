import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory, AdvisoryEntry } from './advisory.ts';
import { advisorySchema, headSchema } from './assay-feed.ts';

/** A run of advisories that stays: from which position of the old entry on, and how many. */
type Kept = readonly [from: number, count: number];

/** How the entry of one package changes: what stays and what is new, in the new order; nothing at all when it goes. */
export interface EntryEdit {
  readonly ecosystem: string;
  readonly package: string;
  readonly edit: readonly (Kept | Advisory)[];
}

const keptSchema = z.tuple([z.number().int().nonnegative(), z.number().int().positive()]);
const editSchema = z.object({
  ecosystem: z.string().min(1).max(200),
  package: z.string().min(1).max(500),
  edit: z.array(z.union([keptSchema, advisorySchema])),
});

/** The first line of a delta: the head of the feed that it makes, and the contents it leads from and to. */
export const deltaHeadSchema = headSchema.omit({ assayFeed: true }).extend({
  assayDelta: z.literal(1),
  from: z.string(),
  to: z.string(),
});
export type DeltaHead = z.infer<typeof deltaHeadSchema>;

/** Order of keys as SQLite's binary collation has it: by the bytes of UTF-8. */
function compareKeys(a: AdvisoryEntry, b: AdvisoryEntry): number {
  return compareBytes(a.ecosystem, b.ecosystem) || compareBytes(a.package, b.package);
}

function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What differs between two contents of a feed, both in the order of their keys. */
export function* editsBetween(before: Iterable<AdvisoryEntry>, after: Iterable<AdvisoryEntry>): Generator<EntryEdit> {
  const left = before[Symbol.iterator]();
  const right = after[Symbol.iterator]();
  let a = left.next();
  let b = right.next();
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareKeys(a.value, b.value);
    if (order < 0) yield { ecosystem: a.value!.ecosystem, package: a.value!.package, edit: [] };
    else {
      const { ecosystem, package: name, advisories } = b.value!;
      const edit = editOf(order === 0 ? a.value!.advisories : [], advisories);
      const [only, another] = edit;
      const same = order === 0 && another === undefined && isKept(only) && only[1] === a.value!.advisories.length;
      if (!same) yield { ecosystem, package: name, edit };
    }
    if (order <= 0) a = left.next();
    if (order >= 0) b = right.next();
  }
}

function isKept(step: Kept | Advisory | undefined): step is Kept {
  return Array.isArray(step);
}

function editOf(before: readonly Advisory[], after: readonly Advisory[]): (Kept | Advisory)[] {
  const old = before.map((each) => JSON.stringify(each));
  const places = new Map(old.map((text, at) => [text, at] as const).reverse());
  const edit: (Kept | Advisory)[] = [];
  for (const each of after) {
    const text = JSON.stringify(each);
    const last = edit.at(-1);
    const next = isKept(last) ? last[0] + last[1] : -1;
    if (isKept(last) && old[next] === text) {
      edit[edit.length - 1] = [last[0], last[1] + 1];
      continue;
    }
    const at = places.get(text);
    edit.push(at === undefined ? each : [at, 1]);
  }
  return edit;
}

/** Reads a line of a delta behind its head. Throws `advisory-set-invalid`. */
export function parseEdit(line: string): EntryEdit {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new AssayError('advisory-set-invalid', 'a line of the delta is not JSON', { cause });
  }
  if (!editSchema.safeParse(value).success)
    throw new AssayError('advisory-set-invalid', 'a line of the delta is no change of an entry');
  // As it came, strictly checked: digests stand on the order of members.
  return value as EntryEdit;
}

/** The entry after a change; `before` is empty where there was none. Throws `advisory-set-invalid` when they do not fit. */
export function applyEdit(before: readonly Advisory[], { edit, package: name }: EntryEdit): Advisory[] {
  const after: Advisory[] = [];
  for (const step of edit) {
    if (!isKept(step)) after.push(step);
    else if (step[0] + step[1] > before.length)
      throw new AssayError('advisory-set-invalid', `the delta keeps more of ${name} than there is`);
    else after.push(...before.slice(step[0], step[0] + step[1]));
  }
  return after;
}
