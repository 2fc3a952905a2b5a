import { cureOf, type Cure, type Rejudge } from '../contract/cure.ts';
import { queryAdvisories } from '../contract/house.ts';
import { queryOne } from '../contract/query-advisories.ts';
import { listTags } from '../contract/repositories.ts';
import { report as reportSchema, type Report, vulnerabilitiesOf } from '../contract/report.ts';
import { isAssayError } from '../lib/error.ts';
import { callEndpoint, formatOption } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { type FoundReport, reportOptions, withReport } from './image-report.ts';
import { held, judgementOptions } from './scan.ts';
import type { ServerClient } from './server-client.ts';
import { printable, table, type Terminal } from './terminal.ts';

const AT_ONCE = 500;
/** Newer tags that are looked at; each costs a report. */
const MAX_TAGS = 10;

/** A newer tag of the same repository, and how many of the findings its image does not have. */
interface NewerTag {
  readonly tag: string;
  readonly digest: string;
  readonly clears: number;
  readonly remains: number;
  readonly brings: number;
}

export const command: Command = {
  description:
    'Says what to do about the findings of an image: the smallest upgrades that clear what can be cleared, each proven by judging the version it leads to, lines for the Dockerfile, what nothing clears yet, and, on a server, newer tags of the repository by what they would clear.',
  args: [
    {
      name: 'image',
      summary: 'registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME',
    },
  ],
  options: [formatOption, ...judgementOptions, ...reportOptions],
  examples: [
    ['assay cure 127.0.0.1:5000/shop/app:2', 'upgrades, Dockerfile lines, newer tags'],
    ['assay cure --format json oci:./image', 'for programs'],
  ],
  run: (invocation) =>
    withReport<ExitStatus>(invocation, async (found) => {
      const { options, terminal } = invocation;
      const report = await held(invocation, found.report);
      const cure = await withRejudge(invocation, found, (rejudge) => cureOf(report, rejudge));
      const tags = await newerTags(found, report);
      if (options['format'] === 'json')
        terminal.out(JSON.stringify({ schemaVersion: 1, image: report.image, ...cure, newerTags: tags }, null, 2));
      else print(terminal, report, cure, tags);
      return 0;
    }),
};

/** Where versions are judged again: the server that made the report, else the advisories of this user. */
async function withRejudge<T>(
  { open, environment }: Invocation,
  { client }: FoundReport,
  use: (rejudge: Rejudge) => Promise<T>,
): Promise<T> {
  if (client)
    return use(async (packages) => {
      const found: string[][] = [];
      for (let at = 0; at < packages.length; at += AT_ONCE) {
        const some = packages.slice(at, at + AT_ONCE);
        const { answers } = await callEndpoint(client, queryAdvisories, { body: { packages: some } });
        for (const each of answers) found.push(each.findings.map((finding) => finding.id));
      }
      return found;
    });
  const sets = await open.advisories(environment);
  try {
    const set = sets.current();
    return await use((packages) =>
      Promise.resolve(packages.map((each) => queryOne(set, each).findings.map((finding) => finding.id))),
    );
  } finally {
    sets.close();
  }
}

async function newerTags({ client, reference }: FoundReport, report: Report): Promise<NewerTag[]> {
  if (!client || reference.transport !== 'registry') return [];
  const { repository } = reference;
  const { items } = await callEndpoint(client, listTags, {
    params: { repository },
    query: { sort: 'newest', limit: 100 },
  });
  const own = items.find((each) => each.name === reference.tag || each.digest === report.image.digest);
  const newer = items
    .filter((each) => each.digest !== report.image.digest && (!own || each.updatedAt > own.updatedAt))
    .slice(0, MAX_TAGS);
  const mine = idsOf(report);
  const found: NewerTag[] = [];
  for (const each of newer) {
    const theirs = await idsOfTag(client, repository, each.name);
    if (!theirs) continue;
    const clears = [...mine].filter((id) => !theirs.has(id)).length;
    const brings = [...theirs].filter((id) => !mine.has(id)).length;
    found.push({ tag: each.name, digest: each.digest, clears, remains: mine.size - clears, brings });
  }
  return found.sort((a, b) => b.clears - b.brings - (a.clears - a.brings));
}

function idsOf(report: Report): Set<string> {
  return new Set(vulnerabilitiesOf(report).map((each) => `${each.id}\0${each.evidence.judgedName}`));
}

/** None where the tag is no image, or was not analysed yet. */
async function idsOfTag(client: ServerClient, repository: string, tag: string): Promise<Set<string> | undefined> {
  const path = `/api/v1/repositories/${encodeURIComponent(repository)}/images/${encodeURIComponent(tag)}/report`;
  try {
    return idsOf(reportSchema.parse(await client.call('GET', path)));
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

function print(terminal: Terminal, report: Report, cure: Cure, tags: readonly NewerTag[]): void {
  terminal.out(`${printable(report.image.reference)}  ${report.image.digest}`);
  if (cure.upgrades.length === 0) terminal.out('no upgrade clears anything');
  else
    terminal.out(
      table(
        terminal,
        ['PACKAGE', 'FROM', 'TO', 'CLEARS', 'STILL HAS', 'IN'],
        cure.upgrades.map((each) =>
          [
            each.name,
            each.from,
            each.to,
            String(each.clears.length),
            each.remains === undefined ? 'not judged' : String(each.remains.length),
            each.ecosystem,
          ].map(printable),
        ),
      ),
    );
  if (cure.dockerfile.length > 0)
    terminal.out(['', 'for the Dockerfile:', ...cure.dockerfile.map((line) => `  ${printable(line)}`)].join('\n'));
  if (tags.length > 0)
    terminal.out(
      `\n${table(
        terminal,
        ['NEWER TAG', 'CLEARS', 'STILL HAS', 'BRINGS', 'DIGEST'],
        tags.map((each) => [
          printable(each.tag),
          String(each.clears),
          String(each.remains),
          String(each.brings),
          each.digest.slice(0, 19),
        ]),
      )}`,
    );
  if (cure.open.length > 0)
    terminal.out(
      `\nnothing clears ${cure.open.length} yet: ${cure.open
        .slice(0, 8)
        .map((each) => printable(`${each.id} in ${each.package} (${each.status})`))
        .join(', ')}${cure.open.length > 8 ? ' …' : ''}`,
    );
}
