import { setTimeout as pause } from 'node:timers/promises';
import { renderReport } from '../contract/render-report.ts';
import { report as reportSchema, type Report } from '../contract/report.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { defaultPlatform, formatPlatform, parsePlatform } from '../oci/platform.ts';
import {
  formatReference,
  type ImageReference,
  manifestOf,
  parseReference,
  type RegistryReference,
} from '../oci/reference.ts';
import type { ImageSource } from '../ports/image-source.ts';
import type { ImageReport } from '../work/content/report.ts';
import { imageOf, type SourceImage, sourceReport } from '../work/content/source-report.ts';
import { findAuthorities, findCertificate } from './client/authorities.ts';
import { findCredential } from './client/docker-config.ts';
import { httpClient } from './client/http.ts';
import type { ImageAccess, Invocation, Option } from './command.ts';
import { progressOf } from './progress.ts';
import { type ClientOptions, ServerClient } from './server-client.ts';

const WAIT_MS = 300_000;

/** Options of every command that reads an image. */
export const accessOptions: readonly Option[] = [
  { flags: '--tls-ca <file>', summary: 'certificate authority of the registry or server, in PEM form' },
  { flags: '--authfile <file>', summary: 'sign-ins in docker’s format (default: docker’s own)' },
];

export const reportOptions: readonly Option[] = [
  { flags: '--server <url>', summary: 'ask this Assay server (default: the registry, when it is one; $ASSAY_SERVER)' },
  {
    flags: '--local',
    summary: 'analyse here, with the advisories of this user, even when the registry is an Assay server',
  },
  { flags: '--platform <os/arch>', summary: 'which image of an index (default: linux on this machine’s architecture)' },
  ...accessOptions,
];

/** Text of an option, or none. */
export function textOption(options: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function clientOptions(options: Readonly<Record<string, unknown>>): ClientOptions {
  return { tlsCa: textOption(options, 'tlsCa'), authFile: textOption(options, 'authfile') };
}

export function imageAccess({ options, environment }: Pick<Invocation, 'options' | 'environment'>): ImageAccess {
  const { tlsCa, authFile } = clientOptions(options);
  return {
    http: httpClient(findAuthorities(environment, tlsCa), findCertificate),
    credentials: findCredential(environment, authFile),
    environment,
  };
}

/** A report, and the image it was made from where that was read here. */
export interface FoundReport {
  readonly report: Report;
  readonly local:
    | { readonly source: ImageSource; readonly image: SourceImage; readonly found: ImageReport }
    | undefined;
  readonly client: ServerClient | undefined;
  readonly reference: ImageReference;
}

/** The report of an image: from the Assay server that holds it, else made here. `use` runs while the image is open. */
export async function withReport<T>(invocation: Invocation, use: (found: FoundReport) => Promise<T>): Promise<T> {
  const reference = parseReference(invocation.args[0] ?? '');
  if (invocation.options['offline'] && reference.transport === 'registry')
    throw new AssayError(
      'usage-invalid',
      '--offline reads images of this machine: oci:DIR, an archive, docker-daemon:NAME',
    );
  const client = await serverFor(invocation, reference);
  if (client && reference.transport === 'registry') {
    const report = await askServer(client, reference, textOption(invocation.options, 'platform'));
    return use({ report, local: undefined, client, reference });
  }
  if (reference.transport === 'registry' && reference.host === undefined)
    throw new AssayError(
      'reference-invalid',
      'name the registry too, as in 127.0.0.1:5000/shop/app:1 or docker://alpine',
    );
  return analyseHere(invocation, reference, use);
}

/** The server to ask: the one named, else the registry in the reference when it says that it is an Assay server. */
async function serverFor(
  { options, environment }: Invocation,
  reference: ImageReference,
): Promise<ServerClient | undefined> {
  const named = textOption(options, 'server');
  if (options['local']) {
    if (named !== undefined) throw new AssayError('usage-invalid', '--server and --local exclude each other');
    return undefined;
  }
  if (reference.transport !== 'registry') {
    if (named !== undefined)
      throw new AssayError('usage-invalid', `${reference.transport}: is read here; push it to ask a server about it`);
    return undefined;
  }
  const settled = named ?? (reference.host === undefined ? environment['ASSAY_SERVER'] : undefined);
  if (settled !== undefined) return new ServerClient(settled, environment, clientOptions(options));
  if (reference.host === undefined) return undefined;
  const client = new ServerClient(reference.host, environment, clientOptions(options));
  return (await client.isAssay()) ? client : undefined;
}

async function askServer(
  client: ServerClient,
  reference: RegistryReference,
  platform: string | undefined,
): Promise<Report> {
  const query =
    platform === undefined ? '' : `?platform=${encodeURIComponent(formatPlatform(parsePlatform(platform)))}`;
  const path = `/api/v1/repositories/${encodeURIComponent(reference.repository)}/images/${encodeURIComponent(manifestOf(reference))}/report${query}`;
  for (const until = performance.now() + WAIT_MS; ; await pause(250)) {
    try {
      return reportSchema.parse(await client.call('GET', path));
    } catch (error) {
      if (!isAssayError(error, 'not-analysed') || performance.now() > until) throw error;
    }
  }
}

async function analyseHere<T>(
  invocation: Invocation,
  reference: ImageReference,
  use: (found: FoundReport) => Promise<T>,
): Promise<T> {
  const { open, options, environment, terminal } = invocation;
  const platform = textOption(options, 'platform');
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  await using source = await open.image(reference, imageAccess(invocation));
  const image = await imageOf(source, { wanted, fallback: defaultPlatform(process.arch) });
  using analysis = await open.analysis(environment);
  using progress = progressOf(terminal, 'read');
  const found = await sourceReport(
    {
      ...analysis,
      source,
      progress: (layer, bytes, end) =>
        progress.step(layer.digest, layer.size, bytes, end !== undefined, end === 'known' ? 'known' : undefined),
    },
    image,
  );
  progress[Symbol.dispose]();
  return await use({
    report: renderReport(formatReference(reference), found),
    local: { source, image, found },
    client: undefined,
    reference,
  });
}
