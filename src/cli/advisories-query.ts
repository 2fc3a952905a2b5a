import { queryAdvisories } from '../contract/house.ts';
import { type QueryAnswer, queryOne } from '../contract/query-advisories.ts';
import { AssayError } from '../lib/error.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { inputLines } from './input-lines.ts';
import { nearest } from '../lib/nearest.ts';
import { printable, table, type Terminal } from './terminal.ts';

interface Asked {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Where answers come from: the advisories of this user, or a server. */
interface Advisories {
  ask(packages: readonly Asked[]): Promise<{ advisories: string; answers: readonly QueryAnswer[] }>;
  readonly known: readonly string[] | undefined;
}

const AT_ONCE = 500;

export const command: Command = {
  description:
    'Says what the advisories of this user, or of a server, know of one package version, by the same matching as a scan. Of Debian, Alpine and most RPM systems name the source package. Without arguments, lines “ecosystem<TAB>name<TAB>version” or JSON objects with these members are read from standard input and each is answered by one line of JSON; a line that is neither is answered with its error and makes the exit status 2.',
  args: [
    { name: 'ecosystem', summary: 'as OSV names it: Debian:12, Alpine:v3.20, npm, PyPI …', optional: true },
    { name: 'name', summary: 'the package; the source package of a distribution', optional: true },
    { name: 'version', summary: 'the version that is installed', optional: true },
  ],
  options: [
    formatOption,
    ...serverOptions.map((each) =>
      each.flags.startsWith('--server')
        ? { ...each, summary: 'ask this Assay server ($ASSAY_SERVER) instead of what is here' }
        : each,
    ),
  ],
  examples: [
    ['assay advisories query Debian:12 openssl 3.0.11-1~deb12u1', 'which vulnerabilities, fixed where'],
    ['assay advisories query --server https://registry.example.com < packages.tsv', 'one JSON answer a line'],
  ],
  run: (invocation) =>
    withAdvisories(invocation, async (advisories) => {
      const { args, terminal, options } = invocation;
      if (args.length === 0) return answerLines(advisories, terminal, inputLines());
      if (args.length !== 3)
        throw new AssayError('usage-invalid', 'name ecosystem, package and version, or none of them');
      const [ecosystem, name, version] = args as readonly [string, string, string];
      const { advisories: digest, answers } = await advisories.ask([{ ecosystem, name, version }]);
      return print(terminal, digest, answers[0]!, { json: options['format'] === 'json', known: advisories.known });
    }),
};

async function withAdvisories(
  invocation: Invocation,
  use: (advisories: Advisories) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const { options, environment, open } = invocation;
  if (textOption(options, 'server') ?? environment['ASSAY_SERVER']) {
    const client = connect(invocation);
    return use({
      known: undefined,
      ask: (packages) => callEndpoint(client, queryAdvisories, { body: { packages: [...packages] } }),
    });
  }
  const sets = await open.advisories(environment);
  try {
    const set = sets.current();
    return await use({
      known: [...new Set(set.feeds.flatMap((feed) => feed.ecosystems))],
      ask: (packages) =>
        Promise.resolve({ advisories: set.digest, answers: packages.map((each) => queryOne(set, each)) }),
    });
  } finally {
    sets.close();
  }
}

/** One JSON object a line, in the order of the questions. */
async function answerLines(
  advisories: Advisories,
  terminal: Terminal,
  lines: AsyncIterable<string>,
): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  let batch: (Asked | { error: string; line: string })[] = [];
  const flush = async () => {
    const asked = batch.filter((each): each is Asked => !('error' in each));
    const { answers, advisories: digest } =
      asked.length > 0 ? await advisories.ask(asked) : { answers: [], advisories: '' };
    let at = 0;
    for (const each of batch) {
      if ('error' in each) status = 2;
      terminal.out(JSON.stringify('error' in each ? each : { ...answers[at++]!, advisories: digest }));
    }
    batch = [];
  };
  for await (const line of lines) {
    if (line.trim() === '') continue;
    batch.push(parseLine(line));
    if (batch.length === AT_ONCE) await flush();
  }
  await flush();
  return status;
}

function parseLine(line: string): Asked | { error: string; line: string } {
  if (line.trimStart().startsWith('{')) {
    try {
      const value = JSON.parse(line) as Record<string, unknown>;
      const { ecosystem, name, version } = value;
      if (isText(ecosystem) && isText(name) && isText(version)) return { ecosystem, name, version };
    } catch {
      return { error: 'this line is not JSON', line: line.slice(0, 200) };
    }
    return { error: 'ecosystem, name and version must be texts', line: line.slice(0, 200) };
  }
  const [ecosystem, name, version, more] = line.split('\t');
  if (isText(ecosystem) && isText(name) && version !== undefined && more === undefined)
    return { ecosystem, name, version };
  return { error: 'this line is not ecosystem, name and version with tabs between', line: line.slice(0, 200) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 400;
}

function print(
  terminal: Terminal,
  digest: string,
  answer: QueryAnswer,
  { json, known }: { json: boolean; known: readonly string[] | undefined },
): ExitStatus {
  const { ecosystem, name, version, covered, findings } = answer;
  if (json) terminal.out(JSON.stringify({ schemaVersion: 1, ...answer, advisories: digest }, null, 2));
  if (!covered) {
    const near = nearest(ecosystem, known ?? []);
    const hint = near
      ? `; did you mean ${near}?`
      : known?.length
        ? `; covered are ${known.slice(0, 12).join(', ')}`
        : ' (assay advisories import --help)';
    terminal.err(`no imported feed covers ${printable(ecosystem)}${hint}`);
    return 3;
  }
  if (json) return 0;
  if (findings.length === 0)
    terminal.out(`nothing is known against ${printable(name)} ${printable(version)} in ${printable(ecosystem)}`);
  else
    terminal.out(
      table(
        terminal,
        ['ID', 'SEVERITY', 'STATUS', 'FIXED IN', 'FEED', 'BECAUSE'],
        findings.map((each) =>
          [each.id, each.severity, each.status, each.fixedVersion ?? '', each.feed, each.comparison].map(printable),
        ),
      ),
    );
  return 0;
}
