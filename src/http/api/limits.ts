import type { z } from 'zod';
import type { TokenLimits } from '../../access/limits.ts';
import type { limits as limitsShape } from '../../contract/shapes.ts';
import { AssayError } from '../../lib/error.ts';
import { isOrganisationName, parseRepositoryName } from '../../oci/names.ts';

/** Limits of a token as the wire has them: each line names a repository or an organisation, not both. */
export function readLimits(wire: z.output<typeof limitsShape>): TokenLimits {
  return wire.map(({ repository, organisation, actions }) => {
    if ((repository === undefined) === (organisation === undefined))
      throw new AssayError('input-invalid', 'a limit names either a repository or an organisation');
    if (organisation !== undefined && !isOrganisationName(organisation))
      throw new AssayError('name-invalid', 'not a name of an organisation');
    const on =
      repository === undefined ? { organisation: organisation ?? '' } : { repository: parseRepositoryName(repository) };
    return { on, actions: [...new Set(actions)] };
  });
}

export function shownLimits(limits: TokenLimits): z.input<typeof limitsShape> {
  return limits.map(({ on, actions }) => ({
    ...on,
    actions: actions.filter((action) => action !== 'manage' && action !== 'administer'),
  }));
}
