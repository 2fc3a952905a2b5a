import type { Policy, Rule } from '../rule.ts';

/** What an export is made from. */
export interface ExportRequest {
  readonly policies: readonly Policy[];
  /** Host of this registry as clients write it. */
  readonly host: string;
  /** Public key that images are signed with for clients which verify by themselves, in PEM; and where clients keep it. */
  readonly key: { readonly pem: string; readonly path: string } | undefined;
}

/** Files of a client, and what of the policies it cannot hold. */
export interface Exported {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** One sentence each; nothing is dropped without one. */
  readonly left: readonly string[];
}

/** Policies that refuse at a gate after the build; what only is recorded has no place in a client. */
export function enforced({ policies }: ExportRequest, left: string[]): Policy[] {
  return policies.filter((each) => {
    if (each.mode !== 'enforce') left.push(`${each.name}: it is in the mode ${each.mode}, which clients do not have`);
    else if (!['pull', 'deploy', 'run'].some((gate) => each.scope.gates.some((own) => own === gate)))
      left.push(`${each.name}: its gates are ${each.scope.gates.join(', ')}`);
    else return true;
    return false;
  });
}

/** Tells of every rule that a client cannot check by itself; returns the policies that ask for a signature. */
export function signing(request: ExportRequest, left: string[]): Policy[] {
  const asked = enforced(request, left);
  for (const { name, rules, scope } of asked) {
    const others = rules.filter((each) => !asksSignature(each)).map(({ id }) => id);
    if (others.length > 0)
      left.push(`${name}: ${others.join(', ')}; the registry itself refuses what breaks them, at every pull`);
    for (const part of ['tags', 'labels', 'actors'] as const)
      if (scope[part] !== undefined) left.push(`${name}: that it is about some ${part} only; the client asks of all`);
  }
  const some = asked.filter(({ rules }) => rules.some(asksSignature));
  if (some.length > 0 && !request.key)
    left.push(
      'signatures: no key was given (--key); the client takes what the registry gives out, which asks for them',
    );
  return some;
}

function asksSignature({ ready }: Rule): boolean {
  return ready?.predicate.name === 'signed';
}

/** The repositories of a policy as a client's patterns. */
export function patternsOf({ scope }: Policy): readonly string[] {
  return scope.repositories ?? ['**'];
}

/** A JSON file as people read it. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
