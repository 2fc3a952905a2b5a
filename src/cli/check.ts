import { severities, type Severity } from '../content/advisories/advisory.ts';
import { answerQuestions, type TrustFacts } from '../contract/answer-questions.ts';
import { getImage, listReferrers } from '../contract/images.ts';
import type { AnswerState, TrustReport } from '../contract/trust-report.ts';
import { algorithmOf, type Digest, hexOf } from '../oci/digest.ts';
import { manifestOf } from '../oci/reference.ts';
import { healthAndGates, printBeside } from './check-gates.ts';
import { gates } from '../policy/facts.ts';
import { checkGate, gateOptions } from './judge-at-gate.ts';
import { checkTrust } from './check-trust.ts';
import type { Command, ExitStatus } from './command.ts';
import { contentTrustOptions, withTrustedImage } from './content-trust.ts';
import { type FoundReport, reportOptions, withReport } from './image-report.ts';
import type { ServerClient } from './server-client.ts';
import { printable, type Terminal } from './terminal.ts';

export const command: Command = {
  description:
    'Answers the seven questions that a careful person asks of an image, each with its evidence: where from, who made it, which proof, unchanged, what is inside, what could it do, how to run it. Of an image on a server also its health card and what the gates say; a gate that refuses it is a definite no. What cannot be decided yet is said to be undecided.',
  args: [
    {
      name: 'image',
      summary: 'registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME',
    },
  ],
  options: [
    { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] },
    {
      flags: '--fail-on <severity>',
      summary: 'a vulnerability this severe or worse is a definite no (default: critical)',
      choices: severities.slice(0, 4),
    },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a question stays undecided' },
    ...gateOptions,
    ...contentTrustOptions,
    ...reportOptions,
  ],
  examples: [
    ['assay check 127.0.0.1:5000/shop/app:2', 'exit 1 on a definite no, 3 while a question is undecided'],
    [
      'assay check docker-daemon:app:2 --gate build --as registry.example.com/shop/app:2',
      'in a pipeline, before the push: exit 1 when a policy of shop refuses it',
    ],
    ['assay check --allow-incomplete --fail-on high oci:./image', 'fail on what is known to be bad only'],
  ],
  run: async (asked) => {
    const invocation = await withTrustedImage(asked);
    return withReport(invocation, async (found) => {
      const { options, terminal } = invocation;
      const gate = gates.find((each) => each === options['gate']);
      if (gate) return checkGate(invocation, found, gate);
      const failOn = (options['failOn'] ?? 'critical') as Severity;
      const { named, ...beside } = await factsOf(found);
      const trust = await checkTrust(invocation, found.reference, named ?? found.report.image.digest, found.client);
      const answered = answerQuestions({ report: found.report, failOn, ...beside, trust });
      const report: TrustReport = { ...answered, ...(await healthAndGates(found)) };
      if (options['format'] === 'json') terminal.out(JSON.stringify(report, null, 2));
      else print(terminal, report);
      return statusOf(report, options['allowIncomplete'] === true);
    });
  },
};

/** `named` is the manifest that the reference names: an index, where the report is of one of its images. */
type Beside = Omit<TrustFacts, 'report' | 'failOn' | 'trust'> & { readonly named: string | undefined };

/** What is known of an image beside its report. */
export async function factsOf({ local, client, reference, report }: FoundReport): Promise<Beside> {
  if (local) return localFacts(local);
  if (client && reference.transport === 'registry')
    return serverFacts(client, reference.repository, manifestOf(reference), reference.tag, report.image.digest);
  return { named: undefined, settings: {}, annotations: {}, attached: [], tag: undefined, pulls: undefined };
}

async function localFacts({ source, image }: NonNullable<FoundReport['local']>): Promise<Beside> {
  const attached: { kind: string; digest: string }[] = [];
  const digests = new Set<Digest>([image.root.digest, image.manifest.digest]);
  for (const digest of digests) {
    for (const each of await source.referrers(digest))
      attached.push({ kind: each.artifactType ?? each.mediaType, digest: each.digest });
    for (const suffix of ['sig', 'att', 'sbom']) {
      const found = await source.tagged(`${algorithmOf(digest)}-${hexOf(digest)}.${suffix}`);
      if (found) attached.push({ kind: `cosign-${suffix}`, digest: found.digest });
    }
  }
  const { annotations } = image.manifest;
  const named = image.root.digest;
  return { named, settings: image.config.config ?? {}, annotations, attached, tag: undefined, pulls: undefined };
}

async function serverFacts(
  client: ServerClient,
  repository: string,
  name: string,
  tag: string | undefined,
  digest: string,
): Promise<Beside> {
  const base = `/api/v1/repositories/${encodeURIComponent(repository)}/images/`;
  const named = getImage.answer.parse(await client.call('GET', `${base}${encodeURIComponent(name)}`));
  const image =
    named.digest === digest
      ? named
      : getImage.answer.parse(await client.call('GET', base + encodeURIComponent(digest)));
  const attached = new Map<string, string>();
  for (const each of new Set([named.digest, digest])) {
    const path = `${base}${encodeURIComponent(each)}/referrers`;
    const { items } = listReferrers.answer.parse(await client.call('GET', path));
    for (const item of items) attached.set(item.digest, item.artifactType ?? item.mediaType);
  }
  const history = named.history.find((each) => each.tag === tag);
  return {
    named: named.digest,
    settings: image.configuration ?? {},
    annotations: { ...named.annotations, ...image.annotations },
    attached: [...attached].map(([of, kind]) => ({ kind, digest: of })),
    tag: history && { name: history.tag, moves: history.moves },
    pulls: named.pulls.total,
  };
}

const MARKS: Record<AnswerState, readonly [mark: string, style: 'green' | 'red' | 'yellow']> = {
  yes: ['yes      ', 'green'],
  no: ['no       ', 'red'],
  undecided: ['undecided', 'yellow'],
};

/** The seven questions with their answers. */
export function printAnswers(terminal: Terminal, report: TrustReport): void {
  terminal.out(`${printable(report.image.reference)}  ${report.image.digest}`);
  for (const { number, question, state, statement, evidence } of report.answers) {
    const [mark, style] = MARKS[state];
    terminal.out('');
    terminal.out(`${number}. ${terminal.style('bold', question)}`);
    terminal.out(`   ${terminal.style(style, mark)}  ${printable(statement)}`);
    for (const each of evidence) terminal.out(`              ${printable(each)}`);
  }
}

function print(terminal: Terminal, report: TrustReport): void {
  printAnswers(terminal, report);
  printBeside(terminal, report);
  terminal.out('');
  const undecided = report.answers.filter((each) => each.state === 'undecided').map((each) => each.number);
  const words: Record<AnswerState, string> = {
    yes: 'yes: every question has a good answer',
    no: `no: see ${against(report).join(', ')}`,
    undecided: `could not decide: ${undecided.length} of 7 questions are open (${undecided.join(', ')})`,
  };
  const verdict = refusedAt(report).length > 0 ? 'no' : report.verdict;
  terminal.out(`verdict: ${terminal.style(MARKS[verdict][1], words[verdict])}`);
}

/** Gates that refuse the image. */
function refusedAt({ gates = [] }: TrustReport): string[] {
  return gates.filter((each) => each.outcome === 'deny').map((each) => `gate ${each.gate}`);
}

function against(report: TrustReport): string[] {
  const answers = report.answers.filter((each) => each.state === 'no').map((each) => String(each.number));
  return [...answers, ...refusedAt(report)];
}

function statusOf(report: TrustReport, allowIncomplete: boolean): ExitStatus {
  if (report.verdict === 'no' || refusedAt(report).length > 0) return 1;
  return report.verdict === 'yes' || allowIncomplete ? 0 : 3;
}
