import { justifications, OPENVEX_MEDIA_TYPE, openVexOf, vexStatuses } from '../content/vex/write-openvex.ts';
import { type Report, vulnerabilitiesOf } from '../contract/report.ts';
import { systemClock, toRfc3339 } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import { digestOf } from '../oci/digest.ts';
import { formatReference } from '../oci/reference.ts';
import { argument } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { type FoundReport, imageAccess, reportOptions, textOption, withReport } from './image-report.ts';
import { printable } from './terminal.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = Buffer.from('{}');

export const command: Command = {
  description:
    'Writes a VEX statement (OpenVEX 0.2.0) about a vulnerability of an image: that it is not affected and why, that it is affected and what to do, fixed, or under investigation. The document goes to standard output; with --attach it is stored beside the image as a referrer, where assay scan --vex-attached finds it.',
  args: [
    { name: 'image', summary: 'registry/repository:tag, oci:DIR …' },
    { name: 'id', summary: 'the vulnerability: CVE-…, GHSA-…' },
  ],
  options: [
    { flags: '--status <name>', summary: 'what is so', choices: vexStatuses },
    { flags: '--justification <name>', summary: 'why it is not affected', choices: justifications },
    { flags: '--reason <text>', summary: 'in words: impact, or what to do' },
    { flags: '--author <name>', summary: 'who says so (default: $USER)' },
    { flags: '--attach', summary: 'store it beside the image too, in its registry' },
    ...reportOptions,
  ],
  examples: [
    [
      'assay vex add --status not_affected --justification vulnerable_code_not_in_execute_path 127.0.0.1:5000/shop/app:2 CVE-2023-0464',
      'a document on standard output',
    ],
    [
      'assay vex add --status affected --reason "upgrade in the next release" --attach 127.0.0.1:5000/shop/app:2 CVE-2023-0464',
      'stored beside the image',
    ],
  ],
  run: (invocation) =>
    withReport<ExitStatus>(invocation, async (found) => {
      const bytes = Buffer.from(`${JSON.stringify(documentOf(invocation, found.report), null, 2)}\n`);
      invocation.terminal.out(bytes.toString('utf8').trimEnd());
      if (invocation.options['attach']) await attach(invocation, found, bytes);
      return 0;
    }),
};

function documentOf(invocation: Invocation, report: Report): object {
  const { options, environment } = invocation;
  const id = argument(invocation, 1);
  const status = vexStatuses.find((each) => each === options['status']);
  if (!status) throw new AssayError('usage-invalid', `--status wants one of ${vexStatuses.join(', ')}`);
  const wanted = id.toUpperCase();
  const about = vulnerabilitiesOf(report).filter((each) =>
    [each.id, ...each.aliases].some((name) => name.toUpperCase() === wanted),
  );
  if (about.length === 0)
    invocation.terminal.err(
      `${printable(id)} is not among the findings of this image; the statement names the whole image`,
    );
  const bare = report.image.reference.replace(/@[a-z0-9]+:[0-9a-f]+$/, '').replace(/:[^:/]+$/, '');
  const [first] = about;
  return openVexOf({
    id: first?.id ?? id,
    aliases: first?.aliases ?? [],
    status,
    justification: textOption(options, 'justification'),
    words: textOption(options, 'reason'),
    image: { name: bare.slice(bare.lastIndexOf('/') + 1), digest: report.image.digest },
    packages: [...new Set(about.map((each) => each.package.purl))],
    author: textOption(options, 'author') ?? environment['USER'] ?? 'unknown',
    at: toRfc3339(systemClock.now()),
  });
}

/** An artifact whose subject is the image (OCI image specification 1.1, "Guidelines for Artifact Usage"). */
async function attach(invocation: Invocation, { reference, report }: FoundReport, document: Buffer): Promise<void> {
  if (reference.transport !== 'registry')
    throw new AssayError('usage-invalid', '--attach stores in a registry; write the document to a file for scan --vex');
  const access = imageAccess(invocation);
  await using source = await invocation.open.image(reference, { ...access, publishes: true });
  const root = await source.root();
  // The image of the report: what the reference names, or one that an index lists.
  const subject =
    root.digest === report.image.digest
      ? root
      : await source.manifest({ digest: report.image.digest as typeof root.digest, size: 0 });
  const layer = { mediaType: OPENVEX_MEDIA_TYPE, digest: digestOf(document), size: document.length };
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(EMPTY), size: EMPTY.length };
  const raw = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: OPENVEX_MEDIA_TYPE,
      config,
      layers: [layer],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.raw.length },
      annotations: { 'org.opencontainers.image.created': toRfc3339(systemClock.now()) },
    }),
  );
  await using target = await invocation.open.target(reference, access, source);
  for (const [blob, bytes] of [
    [config, EMPTY],
    [layer, document],
  ] as const)
    await target.putBlob(blob, async function* () {
      yield bytes;
    });
  await target.putManifest({ raw, digest: digestOf(raw), mediaType: MANIFEST }, { kind: 'attached' });
  await target.finish();
  invocation.terminal.err(`stored as ${digestOf(raw)} beside ${printable(formatReference(reference))}`);
}
