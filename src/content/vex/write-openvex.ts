import { AssayError } from '../../lib/error.ts';

/** Justifications of "not affected" that OpenVEX 0.2 knows ("Status Justifications"). */
export const justifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;

export const vexStatuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;

/** Media type of an OpenVEX document that is attached to an image. */
export const OPENVEX_MEDIA_TYPE = 'application/vnd.openvex+json';

export interface NewStatement {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly status: (typeof vexStatuses)[number];
  readonly justification?: string | undefined;
  /** Impact of "not affected", action of "affected", else notes. */
  readonly words?: string | undefined;
  /** Package URLs inside the image; empty: the whole image. */
  readonly packages: readonly string[];
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
}

export interface OpenVexFrame {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly image: { readonly name: string; readonly digest: string };
}

/** What OpenVEX asks of a status: "not affected" says why, by a justification or in words, "affected" what to do. */
export function checkStatement({
  status,
  justification,
  words,
}: Pick<NewStatement, 'status' | 'justification' | 'words'>): void {
  if (status === 'not_affected' && !justification && !words)
    throw new AssayError('input-invalid', 'not_affected wants a justification or words that say why');
  if (status === 'affected' && !words)
    throw new AssayError('input-invalid', 'affected wants words that say what to do about it');
  if (justification && status !== 'not_affected')
    throw new AssayError('input-invalid', 'a justification belongs to not_affected alone');
}

/**
 * Without what tells one build of a package from another (`?arch=…&distro=…`): other scanners write these otherwise, and
 * take a package URL that has them for another package.
 */
export function barePurl(purl: string): string {
  return purl.split(/[?#]/, 1)[0]!;
}

/** An OpenVEX 0.2.0 document about one image, named by digest; its authors are those of its statements. */
export function openVexOf(frame: OpenVexFrame, statements: readonly NewStatement[]): object {
  const { image } = frame;
  const product = `pkg:oci/${encodeURIComponent(image.name.toLowerCase())}@${encodeURIComponent(image.digest)}`;
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': frame.id,
    author: [...new Set(statements.map((each) => each.author))].join(', '),
    timestamp: frame.at,
    version: 1,
    statements: statements.map(({ id, aliases, status, justification, words, packages, at }) => {
      const known = justifications.find((each) => each === justification);
      const said = [known === justification ? undefined : justification, words].filter(Boolean).join(': ');
      return {
        vulnerability: { name: id, ...(aliases.length > 0 && { aliases: [...aliases] }) },
        timestamp: at,
        products: [
          {
            '@id': product,
            ...(packages.length > 0 && { subcomponents: packages.map((purl) => ({ '@id': barePurl(purl) })) }),
          },
        ],
        status,
        ...(known && { justification: known }),
        ...(said && { [WORDS_OF[status]]: said }),
        ...(status === 'affected' && !said && { action_statement: 'none was stated' }),
      };
    }),
  };
}

const WORDS_OF = {
  not_affected: 'impact_statement',
  affected: 'action_statement',
  fixed: 'status_notes',
  under_investigation: 'status_notes',
} as const;
