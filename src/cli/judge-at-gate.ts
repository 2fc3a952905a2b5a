import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { decide, listExceptions, listPolicies, type verdictShape } from '../contract/policy.ts';
import { renderVerdict } from '../contract/render-policy.ts';
import { AssayError } from '../lib/error.ts';
import { organisationOf, parseRepositoryName, type RepositoryName } from '../oci/names.ts';
import { manifestOf, parseRegistryReference } from '../oci/reference.ts';
import { evaluate, digestOf } from '../policy/evaluate.ts';
import type { PolicyException } from '../policy/exception.ts';
import type { Gate } from '../policy/facts.ts';
import { plainProfile } from '../policy/health/profile.ts';
import { readPolicies } from '../policy/read-policy.ts';
import type { Policy } from '../policy/rule.ts';
import { AFTER_PUSH, withoutLater } from '../work/gates/at-once.ts';
import { localSubject } from '../work/gates/local-subject.ts';
import { callEndpoint } from './ask-server.ts';
import type { ExitStatus, Invocation, Option } from './command.ts';
import { clientOptions, type FoundReport, textOption } from './image-report.ts';
import { ServerClient } from './server-client.ts';
import { printable, type Terminal } from './terminal.ts';

type Verdict = z.input<typeof verdictShape>;

export const gateOptions: readonly Option[] = [
  {
    flags: '--gate <name>',
    summary: 'judge it by policies instead, as this gate would; exit 1 when it is refused',
    choices: ['build', 'push', 'pull', 'deploy', 'run'],
  },
  { flags: '--policies <file>', summary: 'with --gate: by the policies of this file' },
  {
    flags: '--as <reference>',
    summary:
      'with --gate, for an image of this machine: the name that it is going to have, by whose policies it is judged',
  },
];

/**
 * Judges an image by policies. One that a server holds is judged there; one of this machine by the policies of the server
 * that it is going to, or of a file, without the rules that only a pushed image can keep.
 */
export async function checkGate(invocation: Invocation, found: FoundReport, gate: Gate): Promise<ExitStatus> {
  const verdict = found.local
    ? await judgedHere(invocation, found.local, gate)
    : await judgedThere(invocation, found, gate);
  if (invocation.options['format'] === 'json') invocation.terminal.out(JSON.stringify(verdict, null, 2));
  else print(invocation.terminal, verdict);
  return statusOf(verdict);
}

async function judgedThere(invocation: Invocation, { client, reference }: FoundReport, gate: Gate): Promise<Verdict> {
  if (!client || reference.transport !== 'registry') throw new AssayError('internal', 'no server holds this image');
  const policies = policyFile(invocation);
  const body = { gate, repository: reference.repository, reference: manifestOf(reference), policies };
  return callEndpoint(client, decide, { body });
}

async function judgedHere(
  invocation: Invocation,
  { image, found }: NonNullable<FoundReport['local']>,
  gate: Gate,
): Promise<Verdict> {
  const { options } = invocation;
  const as = textOption(options, 'as');
  const text = policyFile(invocation);
  if (as === undefined && text === undefined)
    throw new AssayError(
      'usage-invalid',
      'say by which policies: --policies FILE, or --as registry/repository:tag for those of that server',
    );
  const reference = as === undefined ? undefined : parseRegistryReference(as);
  const repository = parseRepositoryName(reference?.repository ?? 'library/local');
  const { policies, exceptions } =
    text === undefined && reference?.host !== undefined
      ? await rulesOf(new ServerClient(reference.host, invocation.environment, clientOptions(options)), repository)
      : { policies: readPolicies(text ?? ''), exceptions: [] };
  const rules = {
    policies: withoutLater(policies, AFTER_PUSH),
    exceptions,
    digest: digestOf([text]),
    profile: plainProfile,
  };
  const tag = reference?.tag;
  const request = { gate, repository, tag, actor: { class: 'person' as const, name: '' } };
  return renderVerdict(evaluate(localSubject(image, found, { repository, tag }), rules, request, Date.now()));
}

async function rulesOf(
  client: ServerClient,
  repository: RepositoryName,
): Promise<{ policies: Policy[]; exceptions: PolicyException[] }> {
  const organisation = organisationOf(repository);
  const { items } = await callEndpoint(client, listPolicies, { query: { organisation } });
  const policies = items.flatMap(({ name, text }) => readPolicies(text).filter((each) => each.name === name));
  const all = await callEndpoint(client, listExceptions, { query: { organisation } });
  const exceptions = all.items.map((each) => ({
    ...each,
    organisation: each.organisation ?? '',
    createdAt: Date.parse(each.createdAt),
    expiresAt: Date.parse(each.expiresAt),
  }));
  return { policies, exceptions };
}

function policyFile({ options }: Invocation): string | undefined {
  const path = textOption(options, 'policies');
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${path}`, { cause });
  }
}

const MARKS: Readonly<Record<string, readonly [mark: string, style: 'green' | 'red' | 'yellow']>> = {
  holds: ['holds  ', 'green'],
  broken: ['broken ', 'red'],
  error: ['error  ', 'red'],
  unknown: ['unknown', 'yellow'],
};

function print(terminal: Terminal, { outcome, gate, line, results }: Verdict): void {
  for (const { policy, rule, mode, state, statement, evidence, cure } of results) {
    const [mark, style] = MARKS[state] ?? [state, 'yellow'];
    terminal.out(`${terminal.style(style, mark)}  ${policy}/${rule} (${mode}): ${printable(statement)}`);
    for (const each of evidence) terminal.out(`           ${printable(each)}`);
    if (cure !== '') terminal.out(`           → ${printable(cure)}`);
  }
  if (results.length === 0) terminal.out('no policy rules here');
  const words = outcome === 'allow' ? `passes ${gate}` : `refused at ${gate}: ${printable(line)}`;
  terminal.out(terminal.style(outcome === 'allow' ? 'green' : 'red', words));
}

/** A refusal that rests on what is not known alone could not be decided. */
function statusOf({ outcome, results }: Verdict): ExitStatus {
  if (outcome === 'allow') return 0;
  const against = results.filter((each) => each.mode === 'enforce');
  return against.some(({ state }) => state === 'broken' || state === 'error') ? 1 : 3;
}
