import { z } from 'zod';
import { canonicalEcosystem } from './osv-ecosystems.ts';
import { decodePurlText } from './purl-text.ts';

const helper = z.object({ cpe: z.string().optional(), purl: z.string().optional() }).optional();
const product = z.object({ product_id: z.string(), product_identification_helper: helper });
/** What of a CSAF 2.0 product tree names products (section 3.2.2); branches nest, and are read one by one. */
export const productTreeSchema = z.object({
  branches: z.array(z.unknown()).optional(),
  full_product_names: z.array(product).optional(),
  relationships: z
    .array(
      z.object({
        full_product_name: product,
        product_reference: z.string(),
        relates_to_product_reference: z.string(),
      }),
    )
    .optional(),
});
const branchSchema = z.object({ product: product.optional(), branches: z.array(z.unknown()).optional() });
type Product = z.infer<typeof product>;
export type ProductTree = z.infer<typeof productTreeSchema>;

const MAX_DEPTH = 30;

/** A package of one product: what a status of a CSAF document is about. */
export interface CsafPackage {
  readonly ecosystem: string;
  readonly name: string;
  /** `epoch:version-release`; absent where the package is named without one. */
  readonly version?: string;
  readonly source: boolean;
  /** `name:stream` of a modular build. */
  readonly module?: string;
}

/** Tells which rpm package of which product an id of a document means; none for container images and the like. */
export class CsafProducts {
  readonly #products = new Map<string, Product>();
  readonly #parts = new Map<string, { component: string; platform: string }>();

  constructor(tree: ProductTree) {
    for (const each of tree.full_product_names ?? []) this.#products.set(each.product_id, each);
    this.#walk(tree.branches ?? [], 0);
    for (const each of tree.relationships ?? []) {
      this.#parts.set(each.full_product_name.product_id, {
        component: each.product_reference,
        platform: each.relates_to_product_reference,
      });
      this.#products.set(each.full_product_name.product_id, each.full_product_name);
    }
  }

  #walk(branches: readonly unknown[], depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const each of branches) {
      const branch = branchSchema.safeParse(each);
      if (!branch.success) continue;
      if (branch.data.product) this.#products.set(branch.data.product.product_id, branch.data.product);
      this.#walk(branch.data.branches ?? [], depth + 1);
    }
  }

  packageOf(id: string): CsafPackage | undefined {
    const cpe = this.#platform(id, 0);
    const purl = this.#component(id, 0);
    if (cpe === undefined || purl === undefined) return undefined;
    const found = parseRpmPurl(purl);
    if (!found) return undefined;
    const module = found.module ?? this.#module(id, 0);
    return {
      ecosystem: canonicalEcosystem(`Red Hat:${cpe.replace(/^cpe:\/[aoh]:redhat:/, '')}`),
      name: found.name,
      ...(module !== undefined && { module }),
      ...(found.version !== undefined && { version: found.version }),
      source: found.source,
    };
  }

  /** The CPE of the product that a component, perhaps by way of a module, belongs to. */
  #platform(id: string, depth: number): string | undefined {
    const part = this.#parts.get(id);
    if (!part || depth > MAX_DEPTH) return this.#products.get(id)?.product_identification_helper?.cpe;
    return this.#platform(part.platform, depth + 1);
  }

  #component(id: string, depth: number): string | undefined {
    const part = this.#parts.get(id);
    if (!part || depth > MAX_DEPTH) return this.#products.get(id)?.product_identification_helper?.purl;
    return this.#component(part.component, depth + 1);
  }

  /** A module stands between its packages and the product: `pkg:rpmmod/redhat/nodejs@18:8040020210708…`. */
  #module(id: string, depth: number): string | undefined {
    const part = this.#parts.get(id);
    if (!part || depth > MAX_DEPTH) return undefined;
    const purl = this.#component(part.platform, 0);
    const found = purl === undefined ? null : /^pkg:rpmmod\/redhat\/([^@?]+)@([^?]+)/.exec(purl);
    if (found) return `${decodePurlText(found[1]!)}:${decodePurlText(found[2]!).split(':')[0]}`;
    return this.#module(part.platform, depth + 1);
  }
}

interface RpmPurl {
  readonly name: string;
  readonly version: string | undefined;
  readonly module: string | undefined;
  readonly source: boolean;
}

function parseRpmPurl(purl: string): RpmPurl | undefined {
  const match = /^pkg:rpm\/redhat\/([^@?#]+)(?:@([^?#]+))?(?:\?([^#]*))?/.exec(purl);
  if (!match) return undefined;
  const qualifiers = new Map((match[3] ?? '').split('&').map((each) => each.split('=', 2) as [string, string]));
  const version = match[2] === undefined ? undefined : decodePurlText(match[2]);
  const epoch = qualifiers.get('epoch');
  const arch = qualifiers.get('arch');
  const module = qualifiers.get('rpmmod');
  return {
    name: decodePurlText(match[1]!),
    // A version without a release is none that an rpm package has.
    version: version === undefined || !version.includes('-') ? undefined : epoch ? `${epoch}:${version}` : version,
    module: module === undefined ? undefined : decodePurlText(module).split(':').slice(0, 2).join(':'),
    source: arch === 'src' || arch === undefined,
  };
}
