import type { ExaminedImage, ImageExaminer } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';
import { tools } from './tools.ts';

const LARGEST = 20;
/** Less is not worth a line. */
const WORTH_BYTES = 1024 * 1024;

/** What an image carries and does not need: bytes that nobody sees, tools that help an intruder, several services, data. */
export const minimality: ImageExaminer = {
  name: 'minimality',
  examine: (image) => [...wasted(image), ...tools(image), ...userData(image)],
};

/** Bytes of files that later layers replace or remove; `efficiency` is the share that is seen. */
function wasted({ view, layers }: ExaminedImage): Observation[] {
  const total = layers.reduce((sum, { files }) => sum + files.files.reduce((bytes, each) => bytes + each.size, 0), 0);
  const bytes = view.hidden.reduce((sum, each) => sum + each.file.size, 0);
  if (bytes < WORTH_BYTES) return [];
  const efficiency = ((1 - bytes / total) * 100).toFixed(1);
  const largest = view.hidden.toSorted((a, b) => b.file.size - a.file.size).slice(0, LARGEST);
  return [
    {
      kind: 'minimality',
      id: 'wasted-bytes',
      title: 'Bytes are carried that no container sees',
      severity: bytes > total / 10 && bytes > 10 * WORTH_BYTES ? 'medium' : 'low',
      place: 'image',
      detail: `${bytes} of ${total} bytes in ${view.hidden.length} files, efficiency ${efficiency} %`,
      cure: 'remove files in the step that makes them, or copy the result out of a build stage',
    },
    ...largest
      .filter((each) => each.file.size >= WORTH_BYTES)
      .map(
        (each): Observation => ({
          kind: 'minimality',
          id: 'wasted-file',
          title: 'A large file was replaced or removed by a later layer',
          severity: 'low',
          place: 'file',
          path: each.file.path,
          layer: each.layer,
          removed: true,
          detail: `${each.file.size} bytes, hidden by layer ${each.by + 1}`,
          cure: 'remove it in the step that makes it',
        }),
      ),
  ];
}

const DATA: readonly (readonly [RegExp, string])[] = [
  [/^var\/lib\/(?:mysql|postgresql|mongodb|redis|rabbitmq|elasticsearch|influxdb|grafana)\/.+/, 'files of a database'],
  [/\.(?:sql|dump|bak|pgdump|sqlite3?-journal|rdb|frm|ibd)(?:\.gz)?$/i, 'a copy of a database'],
  [/^var\/log\/(?!.*(?:apt|dpkg|alternatives|bootstrap|faillog|lastlog|wtmp|btmp|dnf|yum|anaconda)).+/, 'logs'],
  [/^(?:root|home\/[^/]+)\/\.(?:bash|zsh|ash|mysql|psql|python|node_repl|rediscli)_?history$/, 'what somebody typed'],
  [/^(?:var\/)?tmp\/.+/, 'temporary files'],
  [/(?:^|\/)core(?:\.\d+)?$|\.hprof$|\.heapsnapshot$/, 'memory of a program that ended'],
];

/** Data of users or of the build that was baked in; tests of packages have names that look so. */
function userData({ view }: ExaminedImage): Observation[] {
  const found = new Map<string, { bytes: number; count: number; path: string; layer: number }>();
  for (const [path, { file, layer }] of view.files) {
    if (
      file.type !== 'file' ||
      file.size === 0 ||
      /^usr\/|\/(?:node_modules|site-packages|dist-packages|vendor|gems)\//.test(path)
    )
      continue;
    const what = DATA.find(([pattern]) => pattern.test(path))?.[1];
    if (what === undefined) continue;
    const known = found.get(what);
    found.set(what, {
      bytes: (known?.bytes ?? 0) + file.size,
      count: (known?.count ?? 0) + 1,
      path: known?.path ?? path,
      layer: known?.layer ?? layer,
    });
  }
  return [...found].map(([what, { bytes, count, path, layer }]) => ({
    kind: 'minimality',
    id: 'user-data',
    title: `The image holds ${what}`,
    severity: 'low',
    place: 'file',
    path,
    layer,
    detail: `${count} files, ${bytes} bytes`,
    cure: 'keep data in volumes; remove what the build left',
  }));
}
