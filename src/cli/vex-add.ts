import {
  checkStatement,
  justifications,
  OPENVEX_MEDIA_TYPE,
  openVexOf,
  vexStatuses,
} from '../content/vex/write-openvex.ts';
import { type Report, vulnerabilitiesOf } from '../contract/report.ts';
import { addStatement } from '../contract/vex.ts';
import { systemClock, toRfc3339 } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import { digestOf } from '../oci/digest.ts';
import { formatReference } from '../oci/reference.ts';
import { argument, callEndpoint } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { type FoundReport, imageAccess, reportOptions, textOption, withReport } from './image-report.ts';
import type { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';
import { statementInWords } from './vex-table.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = Buffer.from('{}');

export const command: Command = {
  description:
    'Writes a VEX statement (OpenVEX 0.2.0) about a vulnerability of an image: that it is not affected and why, that it is affected and what to do, fixed, or under investigation. The document goes to standard output. With --attach it is stored beside the image: on an Assay server the statement is in force there, in every report, count and gate, and published for other scanners; in another registry it is a referrer that assay scan --vex-attached finds.',
  args: [
    { name: 'image', summary: 'registry/repository:tag, oci:DIR …' },
    { name: 'id', summary: 'the vulnerability: CVE-…, GHSA-…' },
  ],
  options: [
    { flags: '--status <name>', summary: 'what is so', choices: vexStatuses },
    { flags: '--justification <name>', summary: 'why it is not affected', choices: justifications },
    { flags: '--reason <text>', summary: 'in words: impact, or what to do' },
    { flags: '--author <name>', summary: 'who says so (default: $USER; on an Assay server the account)' },
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
      'in force on the server',
    ],
  ],
  run: (invocation) =>
    withReport<ExitStatus>(invocation, async (found) => {
      const status = vexStatuses.find((each) => each === invocation.options['status']);
      if (!status) throw new AssayError('usage-invalid', `--status wants one of ${vexStatuses.join(', ')}`);
      const { client, reference } = found;
      if (invocation.options['attach'] && client && reference.transport === 'registry')
        return storeOnServer(invocation, client, reference.repository, found.report, status);
      const document = documentOf(invocation, found.report, status);
      const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
      invocation.terminal.out(bytes.toString('utf8').trimEnd());
      if (invocation.options['attach']) await attach(invocation, found, bytes);
      return 0;
    }),
};

type Status = (typeof vexStatuses)[number];

async function storeOnServer(
  invocation: Invocation,
  client: ServerClient,
  repository: string,
  { image }: Report,
  status: Status,
): Promise<ExitStatus> {
  const { options, terminal } = invocation;
  if (options['author'] !== undefined)
    throw new AssayError('usage-invalid', 'on an Assay server the account is the author; leave --author out');
  const stored = await callEndpoint(client, addStatement, {
    params: { repository, reference: image.digest },
    body: {
      vulnerability: argument(invocation, 1),
      status,
      justification: textOption(options, 'justification'),
      words: textOption(options, 'reason'),
    },
  });
  terminal.out(statementInWords(stored));
  terminal.err(`in force as ${stored.id}; assay vex withdraw takes it back`);
  return 0;
}

function documentOf(invocation: Invocation, report: Report, status: Status): object {
  const { options, environment } = invocation;
  const id = argument(invocation, 1);
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
  const at = toRfc3339(systemClock.now());
  const statement = {
    id: first?.id ?? id,
    aliases: first?.aliases ?? [],
    status,
    justification: textOption(options, 'justification'),
    words: textOption(options, 'reason'),
    packages: [...new Set(about.map((each) => each.package.purl))],
    author: textOption(options, 'author') ?? environment['USER'] ?? 'unknown',
    at,
  };
  checkStatement(statement);
  const { digest } = report.image;
  const image = { name: bare.slice(bare.lastIndexOf('/') + 1), digest };
  return openVexOf({ id: `urn:assay:vex:${digest}:${statement.id}:${at}`, at, image }, [statement]);
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
