import type { AdvisoryEntry } from '../content/advisories/advisory.ts';
import { assayFeed } from '../content/advisories/assay-feed.ts';
import type { CompiledFeed } from '../content/advisories/feed-lines.ts';
import { exportFeed, getAdvisories } from '../contract/house.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { collectBytes } from '../oci/verified.ts';
import { MAX_FEED_BYTES } from '../work/content/fetch-feed.ts';
import { formatReference } from '../oci/reference.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { type EntriesOf, publishSet, type PublishedSet, readSet } from '../work/content/publish-set.ts';
import { type SetReference, setReference } from '../work/content/set-reference.ts';
import { signedSet } from './advisory-set.ts';
import { callEndpoint, connect } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { imageAccess, textOption } from './image-report.ts';
import { formatBytes } from './progress.ts';
import { printable } from './terminal.ts';
import { ownerOptions } from './trust-session.ts';
import { command as signCommand } from './trust-sign.ts';

export const command: Command = {
  description:
    'Publishes the advisories of this user as one signed artifact in a registry, from which other machines update (assay advisories update --from). Feeds that did not change are not sent again; for those that did, what changed goes beside them, so that who has the set before fetches only that. The tag is signed with your keys, as assay trust sign does it.',
  args: [
    { name: 'reference', summary: 'registry/repository[:tag]; latest when no tag is named' },
    { name: 'feeds...', summary: 'only these feeds (default: all in force)', optional: true },
  ],
  options: [
    { flags: '--server <url>', summary: 'the advisories of this Assay server instead of those of this user' },
    { flags: '--no-sign', summary: 'send it only; it is of use to nobody until assay trust sign' },
    ...ownerOptions,
  ],
  examples: [
    ['assay advisories publish registry.example.com/security/advisories', 'everything in force'],
    [
      'assay advisories publish --server https://registry.example.com registry.example.com/security/advisories',
      'what a server has fetched, from its own registry',
    ],
    [
      'assay advisories publish registry.example.com/security/advisories:go osv-go kev',
      'two feeds, under a tag of their own',
    ],
  ],
  async run(invocation): Promise<ExitStatus> {
    const { args, terminal, open, options } = invocation;
    const reference = setReference(args[0] ?? '');
    const name = formatReference(reference);
    const from = await feedsToPublish(invocation);
    try {
      const { feeds } = from;
      const wanted = args.slice(1);
      const missing = wanted.find((each) => !feeds.some((feed) => feed.feed === each));
      if (missing !== undefined)
        throw new AssayError('usage-invalid', `${missing} is not in force (assay advisories status)`);
      const chosen = feeds.filter((each) => wanted.length === 0 || wanted.includes(each.feed));
      if (chosen.length === 0) throw new AssayError('usage-invalid', 'no feeds are in force');
      const previous = await previousSet(invocation, reference);
      try {
        await using target = await open.target(reference, imageAccess(invocation), previous?.source ?? nothing(name));
        const made = await publishSet(from.entriesOf, chosen, target, { previous, now: Date.now() });
        const whole = made.feeds.reduce((sum, each) => sum + each.whole, 0);
        const delta = made.feeds.reduce((sum, each) => sum + (each.delta ?? 0), 0);
        terminal.out(`${printable(name)}  ${made.manifest}`);
        terminal.out(
          made.isNew
            ? `${made.feeds.length} feeds · whole ${formatBytes(whole)} · since the set before ${previous ? formatBytes(delta) : 'everything'}`
            : `${made.feeds.length} feeds, as they were published before`,
        );
        if (!made.isNew) return 0;
      } finally {
        await previous?.source[Symbol.asyncDispose]();
      }
      await from.unchanged();
    } finally {
      from.close();
    }
    if (options['sign'] === false) return 0;
    return (await signCommand.run({ ...invocation, args: [name] })) as ExitStatus;
  },
};

interface FeedsToPublish {
  readonly feeds: readonly CompiledFeed[];
  readonly entriesOf: EntriesOf;
  /** Throws `conflict` when feeds were replaced while they were read. */
  unchanged(): Promise<void>;
  close(): void;
}

/** The feeds of this user, or of the server that is named. */
async function feedsToPublish(invocation: Invocation): Promise<FeedsToPublish> {
  if (textOption(invocation.options, 'server') === undefined) {
    const sets = await invocation.open.advisories(invocation.environment);
    const { feeds } = sets.current();
    return { feeds, entriesOf: sets.entries, unchanged: () => Promise.resolve(), close: () => sets.close() };
  }
  const client = connect(invocation);
  const { feeds, digest } = await callEndpoint(client, getAdvisories);
  let last: { readonly feed: string; readonly entries: readonly AdvisoryEntry[] } | undefined;
  return {
    feeds,
    async entriesOf(feed) {
      if (last?.feed === feed) return last.entries;
      const path = exportFeed.path.replace('{feed}', encodeURIComponent(feed));
      const bytes = await collectBytes(await client.stream('GET', path), MAX_FEED_BYTES, feed);
      async function* files() {
        yield { name: `${feed}.ndjson`, bytes };
      }
      last = { feed, entries: (await assayFeed.read(files())).entries };
      return last.entries;
    },
    async unchanged() {
      const now = await callEndpoint(client, getAdvisories);
      if (now.digest !== digest)
        throw new AssayError('conflict', 'the server took in other advisories meanwhile; publish again');
    },
    close: () => undefined,
  };
}

/** The set that is signed there now; nothing that nobody signed is built upon. */
async function previousSet(
  invocation: Invocation,
  reference: SetReference,
): Promise<{ set: PublishedSet; source: ImageSource } | undefined> {
  let digest;
  try {
    digest = await signedSet(invocation, reference);
  } catch (error) {
    if (isAssayError(error, 'trust-missing') || isAssayError(error, 'trust-not-signed')) return undefined;
    throw error;
  }
  const source = await invocation.open.image({ ...reference, digest }, imageAccess(invocation));
  try {
    return { set: await readSet(source), source };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    if (isAssayError(error, 'manifest-unknown')) return undefined;
    throw error;
  }
}

/** A target asks where its blobs come from, to mount what the registry holds; a first set comes from nowhere. */
function nothing(name: string): ImageSource {
  const none = () => Promise.reject(new AssayError('manifest-unknown', `${name} was not published before`));
  return {
    name,
    root: none,
    manifest: none,
    async *blob() {
      yield* [];
    },
    referrers: () => Promise.resolve([]),
    tagged: () => Promise.resolve(undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
