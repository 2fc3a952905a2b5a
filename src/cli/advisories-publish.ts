import { AssayError, isAssayError } from '../lib/error.ts';
import { formatReference } from '../oci/reference.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { publishSet, type PublishedSet, readSet } from '../work/content/publish-set.ts';
import { type SetReference, setReference } from '../work/content/set-reference.ts';
import { signedSet } from './advisory-set.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { imageAccess } from './image-report.ts';
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
    { flags: '--no-sign', summary: 'send it only; it is of use to nobody until assay trust sign' },
    ...ownerOptions,
  ],
  examples: [
    ['assay advisories publish registry.example.com/security/advisories', 'everything in force'],
    [
      'assay advisories publish registry.example.com/security/advisories:go osv-go kev',
      'two feeds, under a tag of their own',
    ],
  ],
  async run(invocation): Promise<ExitStatus> {
    const { args, terminal, open, environment, options } = invocation;
    const reference = setReference(args[0] ?? '');
    const name = formatReference(reference);
    const sets = await open.advisories(environment);
    try {
      const { feeds } = sets.current();
      const wanted = args.slice(1);
      const missing = wanted.find((each) => !feeds.some((feed) => feed.feed === each));
      if (missing !== undefined)
        throw new AssayError('usage-invalid', `${missing} is not in force (assay advisories status)`);
      const chosen = feeds.filter((each) => wanted.length === 0 || wanted.includes(each.feed));
      if (chosen.length === 0) throw new AssayError('usage-invalid', 'no feeds are in force');
      const previous = await previousSet(invocation, reference);
      try {
        await using target = await open.target(reference, imageAccess(invocation), previous?.source ?? nothing(name));
        const made = await publishSet(sets, chosen, target, { previous, now: Date.now() });
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
    } finally {
      sets.close();
    }
    if (options['sign'] === false) return 0;
    return (await signCommand.run({ ...invocation, args: [name] })) as ExitStatus;
  },
};

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
