import { z } from 'zod';
import { elementTypes, factTypes, listTypes, valueTypes } from '../src/policy/fact-types.ts';
import { gates } from '../src/policy/facts.ts';
import { shares } from '../src/policy/health/card.ts';
import { grades } from '../src/policy/health/line.ts';
import { healthLines } from '../src/policy/health/lines/all.ts';
import { predicates } from '../src/policy/predicates/all.ts';
import { modes } from '../src/policy/rule.ts';
import { compileExpression } from '../src/policy/expression.ts';
import { POLICY_LIMITS, readPolicies } from '../src/policy/read-policy.ts';
import { policyEvents } from '../src/contract/event-data.ts';
import { page, tableOf } from './page.ts';

/** docs/reference/health.md: every line of the card with its weight and what each grade means. */
export function healthPage(): string {
  const rows = healthLines.map((each) => [
    `\`${each.id}\``,
    each.title,
    String(each.weight),
    each.essential ? 'yes' : 'no',
  ]);
  return page(
    'Health card',
    'Each line gives a grade from A to F, or `-` where it could not be judged. The grade of an image is the worst grade of the lines that count. The score is the sum of each line’s weight times the share of its grade, divided by the sum of the weights of the lines that count, from 0 to 100. What is not known gives no points, and while an essential line is not known the image has no grade, unless it is an F already. What there is nothing to judge of, and what a profile switches off, does not count either way. An index has the card of its worst image.',
    tableOf(
      ['grade', ...grades],
      [['share of the weight', ...grades.map((each) => `${Math.round(shares[each] * 100)} %`)]],
    ),
    tableOf(['line', 'what', 'weight', 'essential'], rows),
    '## What each grade means',
    ...healthLines.map((each) =>
      [
        `### ${each.title}`,
        tableOf(
          ['grade', `\`${each.id}\``],
          grades.flatMap((grade) => (each.means[grade] === undefined ? [] : [[grade, each.means[grade]]])),
        ),
      ].join('\n\n'),
    ),
    'An image that was not read as a whole is at best a C in what its files show and in its vulnerabilities. Packages that no feed speaks of hold the two lines of vulnerabilities at a B (up to a tenth of the packages) or a C (more). Advisories that nobody confirmed for more than 7 days hold them at a C; for more than 30 days they are not known any more.',
    '## Profiles',
    'An organisation may weigh the lines otherwise, switch lines off and say which grade is good enough. Its profile counts before that of the house.',
    '```yaml\norganisation: shop\nminimum: B\nlines:\n  licences: off\n  signatures: 30\n```',
  );
}

/** docs/reference/policy.md: the frame of a policy, every predicate with its expression, and the facts. */
export function policyPage(): string {
  const code = (text: string) => `\`${text}\``;
  const rows = predicates.map(({ name, summary, example, options }) => [
    code(name),
    summary,
    code(example),
    code(expressionOf(example)),
    optionsOf(options),
  ]);
  const fields = (types: Readonly<Record<string, string>>) =>
    Object.entries(types)
      .map(([name, type]) => `${name}: ${type.replace('google.protobuf.', '')}`)
      .join(', ');
  return page(
    'Policies',
    `A file holds up to ${POLICY_LIMITS.policies} policies, divided by \`---\`, in at most ${POLICY_LIMITS.bytes / 1024} KiB of YAML. Anchors, aliases and tags are not read; an unknown key is refused with its line, its column and the nearest right word.`,
    '## The frame',
    tableOf(
      ['key', 'meaning', 'unless given'],
      [
        [code('policy'), 'its name: lower case letters, digits and `-`', 'must be given'],
        [code('organisation'), 'the organisation that it rules', 'the whole house'],
        [code('description'), 'for people', ''],
        [code('mode'), `${modes.map(code).join(', ')}: only recorded, told, refused`, code('audit')],
        [code('gates'), gates.map(code).join(', '), 'all'],
        [code('repositories'), 'globs; `*` within a segment, `**` over slashes', 'all'],
        [code('tags'), 'globs; what is named by digest and has no tag is under every policy', 'all'],
        [code('labels'), 'labels that an image must carry to be under the policy, values as globs', 'none'],
        [code('actors'), 'names as globs, or `@person`, `@robot`, `@anonymous`, `@system`', 'all'],
        [code('rules'), `one to ${POLICY_LIMITS.rules}; each has one predicate, or \`cel\``, 'must be given'],
      ],
    ),
    'Beside its predicate a rule takes `id` (its name in denials and exceptions), `message` and `cure` (in place of ours), and `unscanned`: what an image is told of which this is not known, `deny` (unless given) or `allow`.',
    '## Predicates',
    'Each becomes one expression, which alone decides; `assay policy show --compiled` shows it.',
    tableOf(['predicate', 'holds when', 'example', 'its expression', 'options'], rows),
    '## Expressions',
    'Rules of one’s own are written in the Common Expression Language (cel.dev) as `cel:`, over these facts. They must give true or false. A field that is missing, a wrong type at run time and an evaluation that could take more than 20 million steps are errors, and an error denies. Loops (`all`, `exists`, `exists_one`, `filter`, `map`) stand at most three deep. `matches` runs in linear time (RE2). Comparisons of comparisons are written with parentheses. A root that is not known makes the rule “not known”, which denies unless the rule says otherwise.',
    tableOf(
      ['root', 'fields'],
      [
        ...Object.entries(factTypes).map(([name, types]) => [code(name), fields(types)]),
        ...Object.entries({ ...listTypes, ...valueTypes }).map(([name, type]) => [
          code(name),
          type.replace('google.protobuf.', ''),
        ]),
      ],
    ),
    tableOf(
      ['element', 'fields'],
      Object.entries(elementTypes).map(([name, types]) => [code(name), fields(types)]),
    ),
  );
}

function expressionOf(example: string): string {
  const [policy] = readPolicies(`policy: example\nrules:\n  - ${example}\n`);
  const text = policy?.rules[0]?.expression.text ?? '';
  if (compileExpression(text).kind !== 'compiled') throw new Error(`the example does not compile: ${example}`);
  return text;
}

interface Shape {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly Shape[];
  readonly const?: unknown;
}

/** The options that a predicate takes, short: names of its keys, or the words it takes instead. */
function optionsOf(schema: z.ZodType): string {
  const words = (shape: Shape): string[] =>
    shape.anyOf?.flatMap(words) ??
    (shape.properties ? Object.keys(shape.properties) : shape.const === undefined ? [] : [JSON.stringify(shape.const)]);
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  return words(shape)
    .map((each) => `\`${each}\``)
    .join(', ');
}

/** docs/reference/events.md: what webhooks and the list of events tell of policies and health. */
export function eventPage(): string {
  const code = (text: string) => `\`${text}\``;
  const rows = Object.entries(policyEvents).map(([noun, { tells, subject, data }]) => {
    const { properties = {}, required = [] } = z.toJSONSchema(data, { io: 'output' }) as {
      properties?: Readonly<Record<string, unknown>>;
      required?: readonly string[];
    };
    const keys = Object.keys(properties).map((key) => code(required.includes(key) ? key : `${key}?`));
    return [code(noun), tells, subject, keys.join(', ')];
  });
  return page(
    'Events of policies and health',
    'Webhooks carry them as CloudEvents 1.0 of the type `dev.assay.<noun>.v1`; `GET /api/v1/events` lists them. Data only grow.',
    tableOf(['noun', 'tells that', 'subject', 'data'], rows),
  );
}
