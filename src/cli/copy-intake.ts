import { setTimeout as pause } from 'node:timers/promises';
import { answerQuestions } from '../contract/answer-questions.ts';
import { getImage } from '../contract/images.ts';
import { beginIntake, endIntake } from '../contract/quarantine.ts';
import type { TrustReport } from '../contract/trust-report.ts';
import { severities } from '../content/advisories/advisory.ts';
import { AssayError } from '../lib/error.ts';
import { formatReference, type ImageReference, type RegistryReference } from '../oci/reference.ts';
import { parsePlatform } from '../oci/platform.ts';
import type { ImageSource, RawManifest } from '../ports/image-source.ts';
import { chosenRoot, digestsOf } from '../work/images/copy.ts';
import { callEndpoint } from './ask-server.ts';
import { factsOf, printAnswers } from './check.ts';
import { checkTrust } from './check-trust.ts';
import type { Invocation } from './command.ts';
import { clientOptions, textOption, withReport } from './image-report.ts';
import { ServerClient } from './server-client.ts';
import { printable, type Terminal } from './terminal.ts';

/** How long its analysis is waited for. */
const WAIT_MS = 900_000;

/** An intake that has begun: what is held, and where. */
export interface BegunIntake {
  readonly client: ServerClient;
  /** What was held; it alone is copied, whatever its tag names meanwhile. */
  readonly root: RawManifest;
  readonly to: RegistryReference & { readonly host: string; readonly tag: string };
}

/** Holds the image and the images of an index where they are going, before a byte of them is sent. */
export async function begin(invocation: Invocation, source: ImageSource, to: ImageReference): Promise<BegunIntake> {
  if (to.transport !== 'registry' || to.host === undefined || to.tag === undefined)
    throw new AssayError('usage-invalid', '--intake brings an image to registry/repository:tag of an Assay server');
  const { environment, options, terminal } = invocation;
  const client = new ServerClient(to.host, environment, clientOptions(options));
  if (!(await client.isAssay()))
    throw new AssayError('usage-invalid', `${to.host} is no Assay server; leave --intake out`);
  const platform = textOption(options, 'platform');
  const root = await chosenRoot(source, platform === undefined ? undefined : parsePlatform(platform));
  const digests = await digestsOf(source, root);
  const { held } = await callEndpoint(client, beginIntake, {
    params: { repository: to.repository },
    body: { digests, from: source.name.slice(0, 500) },
  });
  terminal.err(
    held.length === 0
      ? printable(`${root.digest} is in ${to.repository} already; it stays as it is`)
      : printable(`held in ${to.repository} until it was looked at: ${root.digest}`),
  );
  return { client, root, to: { ...to, host: to.host, tag: to.tag } };
}

/** What became of an image that was taken in. */
export interface EndedIntake {
  readonly released: boolean;
  readonly digest?: string;
  /** The seven answers, as `assay check --format json` gives them. */
  readonly check: TrustReport;
  /** What the policies of each gate say; absent when an answer was a definite no. */
  readonly verdicts?: readonly { readonly gate: string; readonly outcome: string; readonly line: string }[];
}

/** Waits for the analysis, takes the seven answers, and lets the image go unless something is against it. */
export async function end(invocation: Invocation, { client, to }: Omit<BegunIntake, 'root'>): Promise<EndedIntake> {
  await analysed(invocation, client, to);
  const failOn = severities.find((each) => each === invocation.options['failOn']) ?? 'critical';
  const check = await withReport({ ...invocation, args: [formatReference(to)] }, async (found) => {
    const { named, ...beside } = await factsOf(found);
    const trust = await checkTrust(invocation, found.reference, named ?? found.report.image.digest, found.client);
    return answerQuestions({ report: found.report, failOn, ...beside, trust });
  });
  if (check.verdict === 'no') return { released: false, check };
  const params = { repository: to.repository, tag: to.tag };
  return { ...(await callEndpoint(client, endIntake, { params })), check };
}

/** The answers, and what became of the image. */
export function printIntake(
  terminal: Terminal,
  to: BegunIntake['to'],
  { released, digest, check, verdicts }: EndedIntake,
): void {
  const image = formatReference(to);
  const release = `assay quarantine release ${image} --reason TEXT`;
  printAnswers(terminal, check);
  terminal.out('');
  for (const each of verdicts ?? [])
    if (each.outcome === 'deny') terminal.out(printable(`gate ${each.gate}: ${each.line}`));
  terminal.out(
    printable(
      released
        ? `released: ${image} is ${digest}`
        : verdicts === undefined
          ? `held: an answer is a definite no; a maintainer can let it go: ${release}`
          : `held: a policy is against it; when that is mended: ${release}`,
    ),
  );
}

async function analysed({ terminal }: Invocation, client: ServerClient, to: RegistryReference): Promise<void> {
  const params = { repository: to.repository, reference: to.tag ?? '' };
  let told = '';
  for (const until = performance.now() + WAIT_MS; ; await pause(500)) {
    const { judgement } = await callEndpoint(client, getImage, { params });
    if (judgement.state !== told) terminal.err(`scan: ${judgement.state}`);
    told = judgement.state;
    if (told !== 'waiting' && told !== 'running') return;
    if (performance.now() > until)
      throw new AssayError('not-analysed', 'it is held, and not analysed yet; ask again with assay check');
  }
}
