import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { unwrapped } from './envelope.ts';
import type { VexStatement, VexStatus } from './statement.ts';

const MAX_BYTES = 64 * 1024 ** 2;
const text = z.string().max(20_000);

/**
 * Statements of a VEX document: OpenVEX, CSAF 2.0 (profile VEX) or CycloneDX, bare or as the predicate of an in-toto
 * statement, in a DSSE envelope or a sigstore bundle; what is none of them is refused with `content-malformed`.
 */
export function readVex(bytes: Uint8Array, name: string): VexStatement[] {
  if (bytes.length > MAX_BYTES)
    throw new AssayError('content-budget-exceeded', `${name} is larger than a VEX document`);
  let value: unknown;
  try {
    value = unwrapped(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new AssayError('content-malformed', `${name} is not JSON`, { cause });
  }
  // An attestation carries the document as its predicate (in-toto, "Statement").
  if (typeof value === 'object' && value !== null && 'predicateType' in value && 'predicate' in value)
    value = value.predicate;
  const document = value as Record<string, unknown> | null;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw unknown(name);
  if (typeof document['@context'] === 'string' && document['@context'].includes('openvex'))
    return openVex(document, name);
  if (document['bomFormat'] === 'CycloneDX') return cycloneDx(document, name);
  if ('document' in document && 'vulnerabilities' in document) return csaf(document, name);
  throw unknown(name);
}

function unknown(name: string): AssayError {
  return new AssayError('content-malformed', `${name} is neither OpenVEX nor CSAF nor CycloneDX`);
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, name: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AssayError(
    'content-malformed',
    `${name}: ${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not readable'}`,
  );
}

const component = z.union([
  text,
  z.object({ '@id': text.optional(), identifiers: z.record(z.string(), text).optional() }),
]);
const openVexSchema = z.object({
  author: text.optional(),
  timestamp: text.optional(),
  statements: z.array(
    z.object({
      vulnerability: z.union([
        text,
        z.object({ '@id': text.optional(), name: text.optional(), aliases: z.array(text).optional() }),
      ]),
      products: z
        .array(z.union([text, z.looseObject({ '@id': text.optional(), subcomponents: z.array(component).optional() })]))
        .optional(),
      status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
      justification: text.optional(),
      impact_statement: text.optional(),
      action_statement: text.optional(),
      status_notes: text.optional(),
      timestamp: text.optional(),
    }),
  ),
});
const WORDS: Readonly<Record<string, VexStatus>> = {
  not_affected: 'not-affected',
  affected: 'affected',
  fixed: 'fixed',
  under_investigation: 'under-investigation',
};

/** OpenVEX 0.0 to 0.2. A product with subcomponents makes one statement of its own. */
function openVex(value: unknown, name: string): VexStatement[] {
  const document = parsed(openVexSchema, value, name);
  return document.statements.flatMap((each): VexStatement[] => {
    const { vulnerability } = each;
    const ids =
      typeof vulnerability === 'string'
        ? [vulnerability]
        : [vulnerability.name, vulnerability['@id'], ...(vulnerability.aliases ?? [])];
    const detail = each.impact_statement ?? each.action_statement ?? each.status_notes;
    const timestamp = each.timestamp ?? document.timestamp;
    const common = {
      ids: idsOf(ids),
      status: WORDS[each.status]!,
      ...(each.justification !== undefined && { justification: each.justification }),
      ...(detail !== undefined && { detail }),
      ...(document.author !== undefined && { author: document.author }),
      ...(timestamp !== undefined && { timestamp }),
    };
    const products = each.products ?? [];
    if (products.length === 0) return [{ ...common, products: [], subcomponents: [] }];
    return products.map((product) => ({
      ...common,
      products: typeof product === 'string' ? [product] : namesOf(product),
      subcomponents: typeof product === 'string' ? [] : (product.subcomponents ?? []).flatMap((part) => namesOf(part)),
    }));
  });
}

function namesOf(part: z.infer<typeof component> | Record<string, unknown>): string[] {
  if (typeof part === 'string') return [part];
  const identifiers = (part['identifiers'] ?? {}) as Readonly<Record<string, string>>;
  return [part['@id'], ...Object.values(identifiers)].filter((each): each is string => typeof each === 'string');
}

/** Addresses of records end in the id: `https://nvd.nist.gov/vuln/detail/CVE-2024-1`. */
function idsOf(all: readonly (string | undefined)[]): string[] {
  return [
    ...new Set(
      all.flatMap((each) => {
        if (each === undefined) return [];
        const last = each.split('/').at(-1)!;
        return each.includes('/') && /^[A-Z]+-[\w-]+$/.test(last) ? [last] : [each];
      }),
    ),
  ];
}

const cycloneDxSchema = z.object({
  metadata: z.object({ timestamp: text.optional() }).optional(),
  components: z.array(z.looseObject({ 'bom-ref': text.optional(), purl: text.optional() })).optional(),
  vulnerabilities: z
    .array(
      z.object({
        id: text.optional(),
        references: z.array(z.object({ id: text })).optional(),
        analysis: z
          .object({ state: text.optional(), justification: text.optional(), detail: text.optional() })
          .optional(),
        affects: z.array(z.object({ ref: text })).optional(),
      }),
    )
    .optional(),
});
const STATES: Readonly<Record<string, VexStatus>> = {
  not_affected: 'not-affected',
  false_positive: 'not-affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under-investigation',
};

/** CycloneDX vulnerabilities with an analysis; a BOM-Link (`urn:cdx:…#ref`) is taken by what follows the mark. */
function cycloneDx(value: unknown, name: string): VexStatement[] {
  const document = parsed(cycloneDxSchema, value, name);
  const purls = new Map(
    (document.components ?? []).flatMap((each) => (each['bom-ref'] && each.purl ? [[each['bom-ref'], each.purl]] : [])),
  );
  return (document.vulnerabilities ?? []).flatMap((each): VexStatement[] => {
    const status = STATES[each.analysis?.state ?? ''];
    if (!status || each.id === undefined) return [];
    const { justification, detail } = each.analysis!;
    const timestamp = document.metadata?.timestamp;
    return [
      {
        ids: idsOf([each.id, ...(each.references ?? []).map((one) => one.id)]),
        status,
        products: (each.affects ?? []).map(({ ref }) => {
          const bare = ref.startsWith('urn:cdx:') ? decodeURIComponent(ref.slice(ref.indexOf('#') + 1)) : ref;
          return purls.get(bare) ?? bare;
        }),
        subcomponents: [],
        ...(justification !== undefined && { justification }),
        ...(detail !== undefined && { detail }),
        ...(timestamp !== undefined && { timestamp }),
      },
    ];
  });
}

const identified = z.looseObject({
  product_id: text,
  product_identification_helper: z.looseObject({ purl: text.optional() }).optional(),
});
const csafSchema = z.object({
  document: z.looseObject({
    publisher: z.looseObject({ name: text.optional() }).optional(),
    tracking: z.looseObject({ current_release_date: text.optional() }).optional(),
  }),
  product_tree: z
    .looseObject({
      full_product_names: z.array(identified).optional(),
      branches: z.array(z.unknown()).optional(),
      relationships: z
        .array(
          z.looseObject({
            full_product_name: identified,
            product_reference: text,
            relates_to_product_reference: text,
          }),
        )
        .optional(),
    })
    .optional(),
  vulnerabilities: z.array(
    z.looseObject({
      cve: text.optional(),
      ids: z.array(z.looseObject({ text })).optional(),
      product_status: z.record(z.string(), z.array(text)).optional(),
      flags: z.array(z.looseObject({ label: text, product_ids: z.array(text).optional() })).optional(),
      threats: z
        .array(z.looseObject({ category: text, details: text, product_ids: z.array(text).optional() }))
        .optional(),
    }),
  ),
});
const CSAF_STATUS: Readonly<Record<string, VexStatus>> = {
  known_not_affected: 'not-affected',
  fixed: 'fixed',
  first_fixed: 'fixed',
  known_affected: 'affected',
  first_affected: 'affected',
  last_affected: 'affected',
  under_investigation: 'under-investigation',
};
const branchSchema = z.looseObject({ product: identified.optional(), branches: z.array(z.unknown()).optional() });
const MAX_DEPTH = 30;

function csaf(value: unknown, name: string): VexStatement[] {
  const document = parsed(csafSchema, value, name);
  const purls = new Map<string, string>();
  const add = (each: z.infer<typeof identified>) => {
    const purl = each.product_identification_helper?.purl;
    if (purl !== undefined) purls.set(each.product_id, purl);
  };
  const walk = (branches: readonly unknown[], depth: number) => {
    for (const each of branches) {
      const branch = branchSchema.safeParse(each);
      if (!branch.success || depth > MAX_DEPTH) continue;
      if (branch.data.product) add(branch.data.product);
      walk(branch.data.branches ?? [], depth + 1);
    }
  };
  const tree = document.product_tree;
  for (const each of tree?.full_product_names ?? []) add(each);
  walk(tree?.branches ?? [], 0);
  const parts = new Map((tree?.relationships ?? []).map((each) => [each.full_product_name.product_id, each] as const));
  const names = (id: string): Pick<VexStatement, 'products' | 'subcomponents'> => {
    const part = parts.get(id);
    if (!part) return { products: [purls.get(id) ?? id], subcomponents: [] };
    const whole = part.relates_to_product_reference;
    const inner = part.product_reference;
    return { products: [purls.get(whole) ?? whole], subcomponents: [purls.get(inner) ?? inner] };
  };
  const author = document.document.publisher?.name;
  const timestamp = document.document.tracking?.current_release_date;
  return document.vulnerabilities.flatMap((each) =>
    Object.entries(each.product_status ?? {}).flatMap(([word, products]) => {
      const status = CSAF_STATUS[word];
      if (!status) return [];
      return products.map((id): VexStatement => {
        const flag = each.flags?.find((one) => one.product_ids?.includes(id) ?? true);
        const impact = each.threats?.find(
          (one) => one.category === 'impact' && (one.product_ids?.includes(id) ?? true),
        );
        return {
          ids: idsOf([each.cve, ...(each.ids ?? []).map((one) => one.text)]),
          status,
          ...names(id),
          ...(flag && { justification: flag.label }),
          ...(impact && { detail: impact.details }),
          ...(author !== undefined && { author }),
          ...(timestamp !== undefined && { timestamp }),
        };
      });
    }),
  );
}
