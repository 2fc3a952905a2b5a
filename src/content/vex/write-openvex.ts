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
  readonly image: { readonly name: string; readonly digest: string };
  /** Package URLs inside the image; empty: the whole image. */
  readonly packages: readonly string[];
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
}

/**
 * An OpenVEX 0.2.0 document with one statement. What the specification asks of a status is asked here: "not affected"
 * says why by a justification or in words, "affected" says what to do.
 */
export function openVexOf(statement: NewStatement): object {
  const { status, justification, words, image, packages } = statement;
  if (status === 'not_affected' && !justification && !words)
    throw new AssayError('usage-invalid', 'not_affected wants a justification or words that say why');
  if (status === 'affected' && !words)
    throw new AssayError('usage-invalid', 'affected wants words that say what to do about it');
  if (justification && status !== 'not_affected')
    throw new AssayError('usage-invalid', 'a justification belongs to not_affected alone');
  const product = `pkg:oci/${encodeURIComponent(image.name.toLowerCase())}@${encodeURIComponent(image.digest)}`;
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `urn:assay:vex:${image.digest}:${statement.id}:${statement.at}`,
    author: statement.author,
    timestamp: statement.at,
    version: 1,
    statements: [
      {
        vulnerability: {
          name: statement.id,
          ...(statement.aliases.length > 0 && { aliases: [...statement.aliases] }),
        },
        timestamp: statement.at,
        products: [
          {
            '@id': product,
            ...(packages.length > 0 && { subcomponents: packages.map((purl) => ({ '@id': purl })) }),
          },
        ],
        status,
        ...(justification && { justification }),
        ...(words && { [WORDS_OF[status]]: words }),
      },
    ],
  };
}

const WORDS_OF = {
  not_affected: 'impact_statement',
  affected: 'action_statement',
  fixed: 'status_notes',
  under_investigation: 'status_notes',
} as const;
