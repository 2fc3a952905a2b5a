import { AssayError } from '../lib/error.ts';
import { hexOf, algorithmOf } from '../oci/digest.ts';
import type { RegistryReference } from '../oci/reference.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import { type NamedTarget } from '../trust/tuf/owner/sign-targets.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { signTargets } from '../work/trust/owner/changes.ts';
import { beginCollection } from '../work/trust/owner/initialise.ts';
import type { Command, Invocation } from './command.ts';
import { imageAccess, textOption } from './image-report.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession, requireTag } from './trust-session.ts';

export const command: Command = {
  description:
    'Signs tags: says that this tag is this image, in your name. Docker’s and notary’s clients and TUF clients read it from the same act. A repository that nobody has signed before is begun first. The image must be in the registry; nothing of it is sent.',
  args: [{ name: 'images...', summary: 'registry/repository:tag, all of one repository' }],
  options: [
    { flags: '--role <role>', summary: 'sign in this role (default: what your keys stand for)' },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust sign 127.0.0.1:5000/shop/app:1.0', 'sign what the tag names now'],
    ['assay trust sign 127.0.0.1:5000/shop/app:1.0 127.0.0.1:5000/shop/app:latest', 'two tags in one update'],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const references = args.map(parseRegistryReference);
    const session = await ownerSession(invocation);
    const { gun, world, keys } = session;
    for (const each of references)
      if (each.host !== session.reference.host || each.repository !== session.reference.repository)
        throw new AssayError('usage-invalid', 'all tags of one command are of one repository');
    const targets: NamedTarget[] = [];
    for (const each of references) targets.push(await targetOf(invocation, each));
    const role = textOption(options, 'role');
    const names = targets.map((target) => target.name).join(', ');
    const begin = { otherRoots: [], rootThreshold: 1, otherTargets: [], targetsThreshold: 1 };
    const change = { now: Date.now, description: `sign ${names} of ${gun}`, stage: options['stage'] !== undefined };
    if (options['stage'] === undefined) {
      const begun = await applyChange(world, keys, { ...change, description: `begin signing ${gun}` }, async (owned) =>
        owned.notary ? [] : (await beginCollection(world, keys, begin, Date.now())).drafts,
      );
      if (begun.kind === 'published') invocation.terminal.err(`${gun} is signed for the first time`);
    }
    const outcome = await applyChange(world, keys, change, async (owned) =>
      signTargets(owned, gun, { targets, role, held: await keys.held(), now: Date.now() }),
    );
    return tellOutcome(
      invocation,
      outcome,
      targets.map(({ name, file }) => `signed ${gun}:${name} as sha256:${file.hashes['sha256']}`).join('\n'),
    );
  },
};

/** What a tag names in the registry now: the manifest's digest and size. */
async function targetOf(invocation: Invocation, reference: RegistryReference): Promise<NamedTarget> {
  const name = requireTag(reference);
  await using source = await invocation.open.image(reference, { ...imageAccess(invocation), publishes: true });
  const { digest, raw } = await source.root();
  if (algorithmOf(digest) !== 'sha256')
    throw new AssayError('unsupported', `${name} is named by ${algorithmOf(digest)}; Notary v1 signs SHA-256 digests`);
  return { name, file: { length: raw.length, hashes: { sha256: hexOf(digest) } } };
}
