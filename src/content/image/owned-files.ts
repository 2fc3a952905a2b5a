import type { Diversion, OwnedFiles } from '../inventory/analyser.ts';
import type { Evidence } from '../inventory/package.ts';

const MAX_PATHS = 1_000_000;
const MERGED = /^usr\/(?=(?:bin|sbin|lib|lib32|lib64|libx32)\/)/;

/**
 * Files that packages of the operating system brought, as the databases of one layer list them: a package manager
 * writes its files and its list in one layer.
 */
export class OwnerBook {
  readonly #owners = new Map<string, string>();
  /** Of paths that two packages list, as with diversions: the second. */
  readonly #rivals = new Map<string, string>();
  readonly #diversions = new Map<string, { listedAs: string; by: string; own: boolean }>();

  add(owned: Iterable<OwnedFiles>): void {
    for (const { package: name, paths } of owned)
      for (const path of paths) {
        if (this.#owners.size >= MAX_PATHS) return;
        const key = spelling(path);
        const known = this.#owners.get(key);
        if (known !== undefined && known !== name) this.#rivals.set(key, name);
        else this.#owners.set(key, name);
      }
  }

  divert(diversions: readonly Diversion[]): void {
    for (const each of diversions) {
      const from = spelling(each.from);
      this.#diversions.set(from, { listedAs: from, by: each.by, own: true });
      this.#diversions.set(spelling(each.to), { listedAs: from, by: each.by, own: false });
    }
  }

  /** The evidence with the owner of its file written on its packages. */
  mark(evidence: Evidence): Evidence {
    const owner = this.ownerOf(evidence.path);
    if (owner === undefined) return evidence;
    return { ...evidence, packages: evidence.packages.map((each) => ({ ...each, ownedBy: owner })) };
  }

  /** The package that brought the file, if one did. */
  ownerOf(path: string): string | undefined {
    return this.#ownerOf(spelling(path));
  }

  /** dpkg-divert(1): at the first path lies the file of the one that diverted it, at the second everybody else's. */
  #ownerOf(path: string): string | undefined {
    const diverted = this.#diversions.get(path);
    if (!diverted) return this.#owners.get(path);
    const names = [this.#owners.get(diverted.listedAs), this.#rivals.get(diverted.listedAs)];
    return names.find((name) => name !== undefined && (name === diverted.by) === diverted.own);
  }
}

/** Without leading slash, and as if /bin, /sbin and /lib were not merged into /usr: lists and tars differ in it. */
function spelling(path: string): string {
  let from = 0;
  while (path.charCodeAt(from) === 0x2f || (path.startsWith('./', from) && from === 0)) from++;
  return path.slice(from).replace(MERGED, '');
}
