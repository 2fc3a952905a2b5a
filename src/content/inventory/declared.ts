import { AssayError } from '../../lib/error.ts';
import type { Finding } from './analyser.ts';
import type { FoundPackage, PackageType } from './package.ts';
import { relations } from './relations.ts';
import { field } from './text-files.ts';

/** Packages of one lock file that are taken; more are no list that a person made. */
const MAX_DECLARED = 100_000;

/** The lines of a lock file, each once: packages that were chosen, which need not be installed in the image. */
export class DeclaredPackages {
  readonly #type: PackageType;
  readonly #found = new Map<string, FoundPackage>();

  constructor(type: PackageType) {
    this.#type = type;
  }

  add(name: unknown, version: unknown, needs: Iterable<string> = []): void {
    const [cleanName, cleanVersion] = [field(name), field(version)];
    if (!cleanName || !cleanVersion) return;
    const key = `${cleanName}\0${cleanVersion}`;
    if (this.#found.size >= MAX_DECLARED && !this.#found.has(key))
      throw new AssayError('content-budget-exceeded', `more than ${MAX_DECLARED} packages in one lock file`);
    this.#found.set(key, {
      type: this.#type,
      name: cleanName,
      version: cleanVersion,
      ...relations(needs),
      declared: true,
    });
  }

  finding(analyser: string, path: string): Finding | undefined {
    return this.#found.size > 0 ? { evidence: { analyser, path, packages: [...this.#found.values()] } } : undefined;
  }
}
