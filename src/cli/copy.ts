import { type ImageReference, parseReference, type RegistryReference } from '../oci/reference.ts';
import { AssayError } from '../lib/error.ts';
import { formatPlatform, parsePlatform } from '../oci/platform.ts';
import { copyImage } from '../work/images/copy.ts';
import type { Command, ExitStatus, ImageAccess, Invocation, Option } from './command.ts';
import { contentTrustOptions, trustedReference } from './content-trust.ts';
import { accessOptions, imageAccess, textOption } from './image-report.ts';
import { begin, end, printIntake } from './copy-intake.ts';
import { severities } from '../content/advisories/advisory.ts';
import { formatBytes, progressOf } from './progress.ts';
import { printable } from './terminal.ts';

export const copyOptions: readonly Option[] = [
  { flags: '--platform <os/arch>', summary: 'only this image of an index (default: all of them)' },
  { flags: '--no-attachments', summary: 'leave out signatures, attestations and other referrers' },
  { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] },
  ...contentTrustOptions,
  ...accessOptions,
];

export const command: Command = {
  description:
    'Copies an image byte for byte, with every image of an index and everything attached to it: referrers and the tags cosign derives from digests. The tag is set last. Blobs that the other side holds are not sent again; broken transfers go on where they stopped.',
  args: [
    {
      name: 'source',
      summary: 'any image: registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME',
    },
    { name: 'destination', summary: 'registry/repository:tag, oci:DIR[:NAME] or oci-archive:FILE[:NAME]' },
  ],
  options: [
    ...copyOptions,
    {
      flags: '--intake',
      summary:
        'hold it before it comes, show what it is, and let it go when nothing is against it; exit 1 while it is held',
    },
    {
      flags: '--fail-on <severity>',
      summary: 'with --intake: a vulnerability this severe or worse is a definite no (default: critical)',
      choices: severities.slice(0, 4),
    },
  ],
  examples: [
    [
      'assay copy --intake docker://debian:12 127.0.0.1:5000/shop/intake/debian:12',
      'nobody pulls it before it was looked at',
    ],
    ['assay copy docker://debian:12 127.0.0.1:5000/library/debian:12', 'bring a public image into your registry'],
    ['assay copy 127.0.0.1:5000/shop/app:2 registry.example.com/shop/app:2', 'promote, signatures included'],
    ['assay copy 127.0.0.1:5000/shop/app:2 oci-archive:app.tar:2', 'one file to carry elsewhere'],
  ],
  run: (invocation) =>
    copyBetween(invocation, parseReference(invocation.args[0] ?? ''), parseReference(invocation.args[1] ?? '')),
};

/** Copies and tells what was done; `push` and `pull` are this with one side fixed. */
export async function copyBetween(
  invocation: Invocation,
  from: ImageReference,
  to: ImageReference,
): Promise<ExitStatus> {
  const { open, options, terminal } = invocation;
  for (const each of [from, to])
    if (each.transport === 'registry' && each.host === undefined)
      throw new AssayError(
        'reference-invalid',
        `name the registry too, as in 127.0.0.1:5000/${each.repository} or docker://${each.repository}`,
      );
  const platform = textOption(options, 'platform');
  const access = imageAccess(invocation);
  const signed = from.transport === 'registry' ? await trustedReference(invocation, from) : from;
  await using source = await open.image(signed, access);
  const intake = options['intake'] === true ? await begin(invocation, source, to) : undefined;
  await using target = await open.target(to, access, source);
  using progress = progressOf(terminal, 'copied');
  const result = await copyImage(source, target, {
    platform: platform === undefined ? undefined : parsePlatform(platform),
    root: intake?.root,
    attachments: options['attachments'] !== false,
    progress: (blob, bytes, arrival) =>
      progress.step(
        blob.digest,
        blob.size,
        bytes,
        arrival !== undefined,
        arrival === 'there' ? 'there already' : arrival === 'mounted' ? 'mounted' : undefined,
      ),
  });
  progress[Symbol.dispose]();
  if (signed.transport === 'registry' && to.transport === 'registry') await tellOfTrust(invocation, signed, to, access);
  for (const digest of result.missing)
    terminal.err(`left out: ${digest}, which the index lists and the source does not hold`);
  if (options['format'] === 'json') {
    const ended = intake && (await end(invocation, intake));
    const answer = { schemaVersion: 1, source: source.name, destination: target.name, ...result, intake: ended };
    terminal.out(JSON.stringify(answer, null, 2));
    return ended?.released === false ? 1 : 0;
  }
  const parts = [
    result.manifests === 1 ? '1 manifest' : `${result.manifests} manifests`,
    ...(result.attached > 0 ? [`${result.attached} attached`] : []),
    `${result.blobs.copied} blobs copied (${formatBytes(result.bytes)})`,
    ...(result.blobs.mounted > 0 ? [`${result.blobs.mounted} mounted`] : []),
    ...(result.blobs.there > 0 ? [`${result.blobs.there} there already`] : []),
  ];
  const only = platform === undefined ? '' : ` (${formatPlatform(parsePlatform(platform))})`;
  terminal.out(`${printable(target.name)}${only}  ${result.digest}`);
  terminal.out(parts.join(' · '));
  if (!intake) return 0;
  const ended = await end(invocation, intake);
  printIntake(terminal, intake.to, ended);
  return ended.released ? 0 : 1;
}

/** Trust data names its registry and repository, so it does not move with an image; whoever copies should know. */
async function tellOfTrust(
  { open, terminal }: Invocation,
  from: RegistryReference,
  to: RegistryReference,
  access: ImageAccess,
): Promise<void> {
  if (from.host === undefined || to.host === undefined || to.tag === undefined || from.host === 'docker.io') return;
  const { server } = await open.trust(from.host, `${from.host}/${from.repository}`, access);
  const signed = await server.metadata.notary('timestamp.json', 1024 * 1024).catch(() => undefined);
  const target = `${to.host}/${to.repository}`;
  if (signed && target !== server.gun)
    terminal.err(
      `note: ${printable(server.gun)} is signed, and what was signed is its name; here it is signed anew: assay trust sign ${printable(target)}:${to.tag}`,
    );
}
