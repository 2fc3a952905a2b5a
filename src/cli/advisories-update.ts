import type { FeedAddress, FeedReader } from '../content/advisories/feed.ts';
import { feedReaders } from '../content/advisories/feeds.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import type { FeedStatus } from '../ports/advisory-sets.ts';
import { mirrored } from '../work/content/fetch-feed.ts';
import type { NvdWindows } from '../work/content/increments/nvd-increment.ts';
import { renewalOf } from '../work/content/renew-feed.ts';
import { formatReference } from '../oci/reference.ts';
import { takeSet } from '../work/content/take-set.ts';
import { setReference } from '../work/content/set-reference.ts';
import { signedSet } from './advisory-set.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { imageAccess, textOption } from './image-report.ts';
import { formatBytes } from './progress.ts';
import { printable } from './terminal.ts';
import { trustServerOptions } from './trust-session.ts';

/** Feeds that are fetched when none is in force and none is named; others are large, and wanted by name. */
const FIRST: readonly string[] = ['debian', 'kev', 'epss'];

export const command: Command = {
  description:
    'Fetches advisory feeds from their publishers for the scans of this user: a feed by its name, or a part of one (osv-npm, alpine-v3.20-main). A publisher is only asked for what is newer than the copy at hand. A server keeps its own fresh by itself.',
  args: [
    {
      name: 'feeds...',
      summary: 'which: debian, osv-npm, osv-pypi, alpine-v3.22-main …; what is in force, or debian, kev and epss',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--mirror <url>',
      summary: 'where copies of the publishers’ files are, by host and path ($ASSAY_ADVISORY_MIRROR)',
    },
    {
      flags: '--from <reference>',
      summary:
        'from a set that assay advisories publish has put into a registry: registry/repository[:tag] ($ASSAY_ADVISORY_SOURCE)',
    },
    ...trustServerOptions,
  ],
  examples: [
    ['assay advisories update', 'bring everything that is in force up to date'],
    ['assay advisories update debian osv-npm', 'Debian, and what OSV knows of npm'],
    ['assay advisories update --from registry.example.com/security/advisories', 'from your own registry, signed'],
  ],
  async run(invocation) {
    const { args, options, terminal, open, environment } = invocation;
    const from = textOption(options, 'from') ?? (args.length === 0 ? environment['ASSAY_ADVISORY_SOURCE'] : undefined);
    if (from !== undefined) return updateFrom(invocation, from);
    const { http } = imageAccess(invocation);
    const mirror = textOption(options, 'mirror') ?? environment['ASSAY_ADVISORY_MIRROR'];
    const sets = await open.advisories(environment);
    let failed = 0;
    const windows: NvdWindows = new Map();
    try {
      for (const { reader, address } of choose(args, sets.current().feeds)) {
        const source = mirrored(address.url, mirror);
        try {
          const held = sets.current().feeds.find((each) => each.source === source);
          const renewal = await renewalOf(
            reader,
            address,
            { status: held, validators: held?.validators },
            { http, mirror, now: systemClock.now(), windows },
          );
          if (!renewal) {
            if (held) await sets.confirm(held.feed, systemClock.now());
            terminal.out(`${held?.feed ?? source}: nothing newer`);
            continue;
          }
          const { status, changed } = await sets.take({ ...renewal, at: systemClock.now() });
          terminal.out(
            `${status.feed}: ${status.records} records, ${status.refused} refused; ${changed.length} packages changed`,
          );
        } catch (error) {
          if (!isAssayError(error)) throw error;
          failed++;
          terminal.err(`${source}: ${error.message}; what was known before stays in force`);
        }
      }
    } finally {
      sets.close();
    }
    return failed === 0 ? 0 : 3;
  },
};

/** Takes a published set after its signature was verified; whatever goes wrong, what was known before stays in force. */
async function updateFrom(invocation: Invocation, from: string): Promise<ExitStatus> {
  const { args, terminal, open, environment } = invocation;
  if (args.length > 0) throw new AssayError('usage-invalid', 'a set is taken as it was published; name no feeds');
  const reference = setReference(from);
  const source = formatReference(reference);
  const sets = await open.advisories(environment);
  try {
    const signed = await signedSet(invocation, reference);
    const update = await takeSet(sets, () => open.image({ ...reference, digest: signed }, imageAccess(invocation)), {
      source,
      signed,
      at: systemClock.now(),
    });
    for (const { status, changed } of update.taken)
      terminal.out(`${status.feed}: ${status.records} records; ${changed.length} packages changed`);
    for (const each of update.dropped) terminal.out(`${each}: no longer published, not in force any more`);
    terminal.out(
      `${printable(source)} of ${update.createdAt}: ${update.taken.length} feeds changed, ${update.unchanged} as before, ${formatBytes(update.bytes)} fetched`,
    );
    return 0;
  } catch (error) {
    if (isAssayError(error)) terminal.err('nothing was changed: what was known before stays in force');
    throw error;
  } finally {
    sets.close();
  }
}

interface Chosen {
  readonly reader: FeedReader;
  readonly address: FeedAddress;
}

function choose(named: readonly string[], inForce: readonly FeedStatus[]): Chosen[] {
  const all = feedReaders.flatMap((reader) => reader.sources.map((address) => ({ reader, address })));
  const wanted = named.length > 0 ? named : inForce.length > 0 ? inForce.map((each) => each.feed) : FIRST;
  const chosen = new Map<string, Chosen>();
  for (const name of wanted) {
    const found = all.filter(({ reader, address }) => name === reader.name || isPart(name, reader, address));
    if (found.length === 0 && named.length > 0) throw unknown(name);
    for (const { reader, address } of found) chosen.set(address.url, { reader, address });
  }
  if (chosen.size === 0)
    throw new AssayError('usage-invalid', 'the feeds in force have no address; download them and import them');
  return [...chosen.values()];
}

/** `osv-npm` is the archive of npm, `alpine-v3.20-main` one file of a release, `alpine-v3.20` both. */
function isPart(name: string, reader: FeedReader, { url, ecosystems, part: own }: FeedAddress): boolean {
  const part = name.startsWith(`${reader.name}-`) ? name.slice(reader.name.length + 1) : undefined;
  if (part === undefined) return false;
  if (own !== undefined) return part === own || own.startsWith(`${part}-`);
  const words = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
  const path = words(new URL(url).pathname.replace(/\.\w+$/, ''));
  return ecosystems?.some((each) => words(each) === part) === true || path.endsWith(part) || path.includes(`-${part}-`);
}

function unknown(name: string): AssayError {
  const reader = feedReaders.find((each) => each.name === name);
  return new AssayError(
    'usage-invalid',
    reader
      ? `${name} has no address to fetch it from; download it and use assay advisories import`
      : `there is no feed ${name}; known are ${feedReaders.map((each) => each.name).join(', ')}`,
  );
}
