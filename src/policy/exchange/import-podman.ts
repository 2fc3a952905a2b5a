import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { distinct, type Imported, type ImportedPolicy, slugOf } from './imported.ts';
import { ownPattern, scopeOf } from './image-globs.ts';

const requirement = z.looseObject({ type: z.string().max(100) });
const requirements = z.array(requirement).max(100);

/** `/etc/containers/policy.json` (containers-policy.json(5)): requirements for each scope of each transport. */
const shape = z.looseObject({
  default: requirements,
  transports: z.record(z.string().max(100), z.record(z.string().max(500), requirements)).default({}),
});

/** Takes over what podman, skopeo and CRI-O ask of images of this registry. */
export function importPodman(value: unknown, hosts: readonly string[]): Imported {
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new AssayError('policy-invalid', 'this is no policy.json of containers');
  const policies: ImportedPolicy[] = [];
  const left: string[] = [];
  const { default: fallback, transports } = parsed.data;
  left.push(
    `the default (${typesOf(fallback)}): it speaks of every other registry, and this one speaks of its own images`,
  );
  for (const [transport, scopes] of Object.entries(transports))
    for (const [scope, wanted] of Object.entries(scopes)) {
      const where = `${transport}: ${scope === '' ? 'everything' : scope}`;
      const pattern = transport === 'docker' || transport === 'atomic' ? patternOf(scope, hosts) : undefined;
      if (pattern === undefined) {
        left.push(`${where} (${typesOf(wanted)}): it is not about this registry`);
        continue;
      }
      const rules = wanted.flatMap((each) => ruleOf(each, where, left));
      if (rules.length === 0) continue;
      policies.push({
        policy: slugOf(`podman-${scope}`, 'podman'),
        description: `policy.json, ${where}`,
        mode: 'enforce',
        gates: ['pull', 'deploy', 'run'],
        ...pattern,
        rules,
      });
    }
  return { policies: distinct(policies), left };
}

/** A scope names a host, a namespace, a repository or one tag of it, and everything under it. */
function patternOf(scope: string, hosts: readonly string[]): { repositories?: string[]; tags?: string[] } | undefined {
  if (scope === '') return {};
  if (scope.startsWith('*.')) return undefined;
  const found = ownPattern(scope, hosts, 'segment');
  if (!found) return undefined;
  if (found.repository === '**' || found.tag !== undefined) return scopeOf([found]);
  return { repositories: [found.repository, `${found.repository}/**`] };
}

function ruleOf(wanted: z.output<typeof requirement>, where: string, left: string[]): Record<string, unknown>[] {
  switch (wanted.type) {
    case 'insecureAcceptAnything':
      return [];
    case 'reject':
      return [{ cel: 'false', id: 'rejected', message: 'rejected, as policy.json has it' }];
    case 'signedBy':
    case 'sigstoreSigned':
      left.push(
        `${where}: the keys of ${wanted.type}; the rule asks for a signature of content trust, by whom the repository trusts`,
      );
      return [{ signed: true }];
    default:
      left.push(`${where}: ${wanted.type} is not known`);
      return [];
  }
}

function typesOf(some: z.output<typeof requirements>): string {
  return some.map(({ type }) => type).join(', ');
}
