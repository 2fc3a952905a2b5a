import { z } from 'zod';
import { environmentName } from '../src/app/config.ts';
import { type SettingName, settings } from '../src/app/settings.ts';
import { commands } from '../src/cli/commands.ts';
import type { Command } from '../src/cli/command.ts';
import type { Endpoint } from '../src/contract/endpoint.ts';
import { endpoints } from '../src/contract/endpoints.ts';
import { malwareRules } from '../src/content/findings/malware/content-rules.ts';
import { persistenceRules } from '../src/content/findings/malware/persistence.ts';
import { practiceChecks } from '../src/content/findings/practices/practices.ts';
import { secretFiles } from '../src/content/findings/secrets/file-rules.ts';
import { secretRules } from '../src/content/findings/secrets/secret-rules.ts';
import { report } from '../src/contract/report.ts';
import { analysers } from '../src/content/inventory/analysers.ts';
import { ARCHIVE_LIMITS } from '../src/content/image/archive-members.ts';
import { errorTable } from '../src/lib/error-table.ts';
import { page, tableOf } from './page.ts';
import { eventPage, healthPage, policyPage } from './policy-pages.ts';

/** The pages of docs/reference by their path. */
export async function referenceFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/cli.md', await commandPage()],
    ['docs/reference/api.md', apiPage()],
    ['docs/reference/errors.md', errorPage()],
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/report.schema.json', reportSchema()],
    ['docs/reference/ecosystems.md', ecosystemPage()],
    ['docs/reference/findings.md', findingsPage()],
    ['docs/reference/health.md', healthPage()],
    ['docs/reference/policy.md', policyPage()],
    ['docs/reference/events.md', eventPage()],
  ]);
}

/** The JSON Schema (2020-12) of `assay scan --format json` and of the report endpoint. */
function reportSchema(): string {
  return `${JSON.stringify({ title: 'Assay report, version 1', ...z.toJSONSchema(report, { io: 'input' }) }, null, 2)}\n`;
}

async function commandPage(): Promise<string> {
  const groups: string[] = [];
  for (const [group, entries] of Map.groupBy(commands, (entry) => entry.group)) {
    const parts = [`## ${group.charAt(0).toUpperCase()}${group.slice(1)}`];
    for (const entry of entries) parts.push(describeCommand(entry.name, (await entry.load()).command));
    groups.push(parts.join('\n\n'));
  }
  const status = tableOf(
    ['exit status', 'meaning'],
    [
      ['0', 'yes'],
      ['1', 'a definite no: findings over `--fail-on`, not trusted, not allowed; outranks the rest'],
      ['2', 'wrong usage or unreadable input'],
      ['3', 'could not decide: network, missing data, incomplete unless `--allow-incomplete`'],
    ],
  );
  return page(
    'Command line',
    'Results go to standard output, progress and messages to standard error. In a checkout the command is `npm run assay -- …` or `bin/assay.mjs …`.',
    status,
    ...groups,
  );
}

function describeCommand(name: string, command: Command): string {
  const args = (command.args ?? []).map((each) => (each.optional ? `[${each.name}]` : `<${each.name}>`));
  const usage = ['assay', name, ...(command.options?.length ? ['[options]'] : []), ...args].join(' ');
  const rows = [
    ...(command.args ?? []).map((each) => [`\`${each.name}\``, each.summary]),
    ...(command.options ?? []).map((each) => [
      `\`${each.flags}\``,
      each.summary + (each.choices ? ` (${each.choices.map((choice) => `\`${choice}\``).join(', ')})` : ''),
    ]),
  ];
  const examples = command.examples.map(([line, does]) => `# ${does}\n${line}`).join('\n');
  return [
    `### assay ${name}`,
    command.description,
    `\`${usage}\``,
    ...(rows.length > 0 ? [tableOf(['argument or option', 'meaning'], rows)] : []),
    `\`\`\`sh\n${examples}\n\`\`\``,
  ].join('\n\n');
}

interface Shape {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly additionalProperties?: Shape | boolean;
  readonly default?: unknown;
  readonly format?: string;
}

function shapeOf(schema: z.ZodType, io: 'input' | 'output'): Shape {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Shape;
}

/** A JSON Schema in the notation of a type, short enough for a table. */
function typeText(shape: Shape, depth = 0): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((each) => JSON.stringify(each)).join(' or ');
  if (shape.anyOf) return shape.anyOf.map((each) => typeText(each, depth)).join(' or ');
  if (shape.items) return `${typeText(shape.items, depth)}[]`;
  if (shape.properties) {
    if (depth >= 3) return 'object';
    const required = new Set(shape.required);
    const members = Object.entries(shape.properties).map(
      ([name, each]) => `${name}${required.has(name) ? '' : '?'}: ${typeText(each, depth + 1)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  if (typeof shape.additionalProperties === 'object')
    return `{ [name]: ${typeText(shape.additionalProperties, depth + 1)} }`;
  if (shape.format === 'date-time') return 'time';
  return typeof shape.type === 'string' ? shape.type : 'any';
}

const RIGHTS: Readonly<Record<Endpoint['right'], string>> = {
  anyone: 'anyone, without signing in',
  viewer: 'anyone; each sees what they may pull',
  'signed-in': 'an account, with the right on the repository where there is one',
  administrator: 'an administrator',
};

function apiPage(): string {
  const groups = [...Map.groupBy(endpoints, (each) => each.path.split('/')[3] ?? '')];
  return page(
    'API',
    'JSON over HTTP under `/api/v1`, described for programs at `/api/openapi.json`. Sign in with Basic (an account with its password or a personal token) or `Authorization: Bearer` with a personal token. Lists take `limit` and `cursor` and answer `{items, next?}`. Errors are RFC 9457 problem documents with a `code` of [errors](errors.md). Times are RFC 3339 in UTC, sizes are bytes, what is not known is absent. The slashes of a repository name travel as `%2F`.',
    ...groups.map(([name, some]) => [`## ${name}`, ...some.map(describeEndpoint)].join('\n\n')),
  );
}

function describeEndpoint(endpoint: Endpoint): string {
  const rows: string[][] = [['who', RIGHTS[endpoint.right]]];
  if (endpoint.query) {
    const { properties = {}, required = [] } = shapeOf(endpoint.query, 'input');
    rows.push([
      'query',
      Object.entries(properties)
        .map(
          ([name, each]) =>
            `\`${name}\`${required.includes(name) ? '' : '?'}: ${typeText(each)}${each.default === undefined ? '' : `, ${JSON.stringify(each.default)} unless given`}`,
        )
        .join('; '),
    ]);
  }
  if (endpoint.body) rows.push(['body', `\`${typeText(shapeOf(endpoint.body, 'input'))}\``]);
  const status = endpoint.status ?? (endpoint.answer || endpoint.stream ? 200 : 204);
  const answer = endpoint.answer
    ? ` \`${typeText(shapeOf(endpoint.answer, 'output'))}\``
    : endpoint.stream
      ? ` ${endpoint.stream}`
      : '';
  rows.push(['answer', `${status}${answer}`]);
  if (endpoint.errors.length > 0) rows.push(['errors', endpoint.errors.map((each) => `\`${each}\``).join(', ')]);
  return [`### ${endpoint.method} ${endpoint.path}`, `${endpoint.summary}.`, tableOf(['', ''], rows)].join('\n\n');
}

function errorPage(): string {
  const rows = Object.entries(errorTable).map(([code, row]) => [
    `\`${code}\``,
    String(row.status),
    `\`${row.oci}\``,
    String(row.exit),
    row.text,
  ]);
  return page(
    'Errors',
    'Every error has a code. `/api` answers it as `code` of a problem document, `/v2` under the code of the registry protocol, the command line as its exit status.',
    tableOf(['code', 'HTTP', '/v2', 'exit', 'text when there is no better one'], rows),
  );
}

function configurationPage(): string {
  const rows = (Object.keys(settings) as SettingName[]).map((name) => {
    const { summary, fallback } = settings[name];
    return [
      `\`${name}\``,
      `\`${environmentName(name)}\``,
      summary,
      fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``,
    ];
  });
  return page(
    'Configuration',
    'Flags of `assay serve` come first, then the environment, then the file (`--config`, `$ASSAY_CONFIG`, `./assay.yaml`, `/etc/assay/assay.yaml`), then the defaults. Each variable can be read from a file by adding `_FILE` to its name. Lists in variables are divided by commas. A key that is not in this table is an error. `assay config` prints what is in force and where it came from.',
    tableOf(['key', 'variable', 'meaning', 'default'], rows),
  );
}

function ecosystemPage(): string {
  const rows = analysers.map((each) => [each.name, each.reads, each.limits ?? '', `${each.maxBytes / 1024 ** 2} MiB`]);
  return page(
    'Ecosystems',
    'What Assay looks for in an image: every file of every layer is offered to each reader of this table. A file that is larger than its limit, damaged or of a form that is not read is named in the report as incomplete. Files that belong to a package of the operating system are judged as that package, by its vendor. What lock files declare is marked `declared`; where their packages are installed too, only the installed ones are listed.',
    tableOf(['reader', 'files', 'limits', 'largest file'], rows),
  );
}

const BELIEVED = {
  sure: 'everywhere',
  shaped: 'not in packages of others',
  named: 'not in packages of others, tests and examples',
};

function findingsPage(): string {
  const row = ({ id, title, severity }: { id: string; title: string; severity: string }) => [id, title, severity];
  return page(
    'Findings',
    `What Assay tells of an image beside vulnerabilities. Secrets and malware are looked for in every file of every layer, deleted ones too; secrets also in the environment, the labels, the command and the history. A secret is never shown: a finding has its first characters at most, its length, and its SHA-256 as \`fingerprint\`. Files that a package of the distribution brought are left out, outside folders where people change them. For secrets ${ARCHIVE_LIMITS} are opened too (\`app.jar!/config.properties\`), without code, pictures and manuals in them. Programs are searched for them outside the folders of the distribution, up to 128 MiB, by rules that need no more than the form of a secret.`,
    '## Secrets',
    'A rule is tried where one of its keywords stands. What it sees must have the form that the issuer publishes, and pass its checksum, parse as what it claims to be, or be as mixed as chance would make it; what documentation puts in place of secrets is left out.',
    tableOf(
      ['rule', 'kind of secret', 'severity', 'believed'],
      [
        ...secretRules.map((each) => [...row(each), BELIEVED[each.confidence]]),
        ...secretFiles.map((each) => [...row(each), 'in its own file']),
      ],
    ),
    '## Malware',
    'Known files by their digest, marks of malicious content, and places from which something is started without being asked for, unless a package of the distribution brought the file. With the setting `clamd` every file is shown to that engine too; what it knows is rule `clamav`, critical, with the name of the signature.',
    tableOf(
      ['rule', 'what', 'severity'],
      [
        ['known-file', 'A file that is known to be malicious', 'critical'],
        ...malwareRules.map(row),
        ...persistenceRules.map(row),
      ],
    ),
    '## Practices',
    tableOf(
      ['rule', 'what', 'severity', 'elsewhere called', 'cure'],
      practiceChecks.map((each) => [...row(each), each.also.join(', '), each.cure]),
    ),
    '## Licences and minimality',
    'Licences that packages declare become SPDX expressions in categories: forbidden, restricted, reciprocal, unknown, notice, permissive, unencumbered; of alternatives the mildest counts, of parts that hold together the strictest. The first four are told, one finding a licence. Minimality tells of bytes that later layers hide, of shells, package managers, compilers, network tools and debuggers, of several services in one image, and of data that was baked in.',
  );
}
