import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { isRoleName, isBuiltInRole } from '../../access/roles.ts';
import { AssayError } from '../../lib/error.ts';
import { nearest } from '../../lib/nearest.ts';
import { isOrganisationName } from '../../oci/names.ts';
import { gates } from '../facts.ts';
import { duration } from '../predicates/duration.ts';
import type { Approver, Channel } from './channel.ts';

/** Largest definition in bytes, and most stages of a channel. */
export const CHANNEL_LIMITS = { bytes: 32 * 1024, stages: 10 } as const;

const WEEK_MS = 7 * 86_400_000;

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and - (at most 63)');

/** `team:NAME`, `role:NAME` or the name of an account. */
const approver = z
  .string()
  .min(1)
  .max(170)
  .transform((text, context): Approver => {
    if (text.startsWith('team:')) return { kind: 'team', name: text.slice('team:'.length) };
    if (!text.startsWith('role:')) return { kind: 'account', name: text };
    const name = text.slice('role:'.length);
    if (isBuiltInRole(name) || isRoleName(name)) return { kind: 'role', name };
    context.addIssue({ code: 'custom', message: `${name} is not the name of a role` });
    return z.NEVER;
  });

function pattern(characters: RegExp, what: string) {
  return z
    .string()
    .max(255)
    .regex(characters, `the characters of ${what}, and * or ** once`)
    .refine((text) => (text.match(/\*+/g) ?? []).every((run) => run.length <= 2), 'at most two * in a row')
    .refine(
      (text) => (text.match(/\*+/g) ?? []).length <= 1,
      'one * or ** at most, so that the next stage can take over what it stood for',
    );
}

const promotion = z.strictObject({
  start: z.enum(['by-hand', 'automatic']).default('by-hand'),
  approvals: z
    .array(z.strictObject({ count: z.int().min(1).max(20), by: z.array(approver).min(1).max(50) }))
    .max(10)
    .default([]),
  minimumAge: duration.optional(),
  gates: z.array(z.enum(gates)).default(['pull', 'deploy', 'run']),
  expires: duration.default(WEEK_MS),
});

const stage = z.strictObject({
  stage: slug,
  repository: pattern(/^[a-z0-9._/*-]+$/, 'a repository name'),
  tag: pattern(/^[A-Za-z0-9_.*-]+$/, 'a tag').optional(),
  promotion: promotion.optional(),
});

const document = z.strictObject({
  channel: slug,
  organisation: z.string().refine(isOrganisationName, 'the name of an organisation'),
  description: z.string().max(1000).default(''),
  stages: z.array(stage).min(2, 'a channel has at least two stages').max(CHANNEL_LIMITS.stages),
});

const words = [document, stage, promotion].flatMap((each) => Object.keys(each.shape)).concat('count', 'by');

/** A definition together with where its parts stand in the text, for what is found wrong with it later. */
export interface ReadChannel {
  readonly channel: Channel;
  /** `channel-invalid` at one stage of the text. */
  problemAt(stage: number, detail: string): AssayError;
}

/** Reads the definition of a channel (YAML). Throws `channel-invalid` with line, column and the nearest right word. */
export function readChannel(text: string): ReadChannel {
  if (Buffer.byteLength(text) > CHANNEL_LIMITS.bytes)
    throw new AssayError('channel-invalid', `the definition of a channel has at most ${CHANNEL_LIMITS.bytes} bytes`);
  const lineCounter = new LineCounter();
  const yaml = parseDocument(text, { strict: true, uniqueKeys: true, logLevel: 'error', lineCounter });
  const problem = (path: Path, detail: string, key = false) => invalid(yaml, lineCounter, path, detail, key);
  const [broken] = [...yaml.errors, ...yaml.warnings];
  if (broken) {
    const { line, col } = lineCounter.linePos(broken.pos[0]);
    throw at(line, col, broken.message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, ''));
  }
  const parsed = document.safeParse(valueOf(yaml));
  if (!parsed.success) throw firstProblem(parsed.error, problem);
  const { channel: name, organisation, description, stages } = parsed.data;
  const problemAt = (position: number, detail: string) => problem(['stages', position, 'repository'], detail);
  for (const [position, { stage: id, repository, promotion: terms }] of stages.entries()) {
    const path = ['stages', position];
    if (stages.findIndex((each) => each.stage === id) < position)
      throw problem([...path, 'stage'], `two stages are called ${id}`);
    if (!repository.startsWith(`${organisation}/`))
      throw problem(
        [...path, 'repository'],
        `the repositories of a channel of ${organisation} begin with ${organisation}/`,
      );
    if (position === 0 && terms)
      throw problem([...path, 'promotion'], 'the first stage is where images come in; nothing is promoted into it');
  }
  return {
    problemAt,
    channel: {
      name,
      organisation,
      description,
      stages: stages.map((each, position) => ({
        name: each.stage,
        repository: each.repository,
        tag: each.tag,
        promotion: position === 0 ? undefined : termsOf(each.promotion ?? promotion.parse({})),
      })),
    },
  };
}

function termsOf({ minimumAge = 0, ...rest }: z.output<typeof promotion>) {
  return { ...rest, minimumAge };
}

type Path = readonly (string | number)[];

function valueOf(yaml: Document): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new AssayError('channel-invalid', 'anchors and aliases are not read in channels', { cause });
  }
}

function firstProblem(
  error: z.ZodError,
  problem: (path: Path, detail: string, key?: boolean) => AssayError,
): AssayError {
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]!;
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const [key] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (key === undefined) return problem(path, issue.message);
  const right = nearest(key, words);
  return problem(
    [...path, key],
    `the key ${key.slice(0, 60)} is not known${right ? `; did you mean ${right}?` : ''}`,
    true,
  );
}

/** At the value of this path, at its key, or at the nearest parent that is there. */
function invalid(yaml: Document, lines: LineCounter, path: Path, detail: string, key: boolean): AssayError {
  const parent = key ? yaml.getIn(path.slice(0, -1), true) : undefined;
  const pair = isMap(parent)
    ? parent.items.find((each) => isScalar(each.key) && each.key.value === path.at(-1))
    : undefined;
  const nodes: unknown[] = pair ? [pair.key] : [];
  for (let length = path.length; length > 0; length--) nodes.push(yaml.getIn(path.slice(0, length), true));
  for (const node of [...nodes, yaml.contents])
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const { line, col } = lines.linePos(Number(node.range[0]));
      return at(line, col, detail);
    }
  return at(1, 1, detail);
}

function at(line: number, column: number, detail: string): AssayError {
  return new AssayError('channel-invalid', `line ${Math.max(1, line)}, column ${Math.max(1, column)}: ${detail}`);
}
