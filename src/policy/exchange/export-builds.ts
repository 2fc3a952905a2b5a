import { type Exported, type ExportRequest, json } from './export-request.ts';

/** BuildKit's source policy (EXPERIMENTAL_BUILDKIT_SOURCE_POLICY): which base images a build may take. */
export function buildx(request: ExportRequest, left: string[]): Exported['files'] {
  const bases = request.policies.flatMap(({ name, mode, scope, rules }) => {
    if (mode !== 'enforce' || !scope.gates.includes('build')) {
      left.push(`${name}: it does not refuse at the gate build`);
      return [];
    }
    return rules.flatMap(({ id, ready }) => {
      if (ready?.predicate.name === 'base') return globsOf(ready.options);
      left.push(`${name}: ${id}; BuildKit only says which sources a build may take`);
      return [];
    });
  });
  const allow = (identifier: string) => ({ action: 'ALLOW', selector: { identifier, matchType: 'WILDCARD' } });
  const rules = [
    { action: 'DENY', selector: { identifier: 'docker-image://*', matchType: 'WILDCARD' } },
    allow(`docker-image://${request.host}/*`),
    ...bases.map((each) => allow(`docker-image://${each.replaceAll('**', '*')}`)),
    // The Dockerfile's own reader, where a file names one.
    allow('docker-image://docker.io/docker/dockerfile*'),
  ];
  return [{ path: 'source-policy.json', text: json({ rules }) }];
}

function globsOf(options: unknown): string[] {
  if (typeof options !== 'object' || options === null || !('in' in options) || !Array.isArray(options.in)) return [];
  return options.in.filter((each) => typeof each === 'string');
}
