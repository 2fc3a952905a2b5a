import type { Analyser, LayerFile } from '../inventory/analyser.ts';

/** Files that are read together with one beside them, kept until the layer ends: a database and its log. */
export class HeldFiles {
  readonly #held = new Map<string, { readonly analyser: Analyser; readonly file: LayerFile }>();

  /** True when the file is kept; false when its analyser may read it at once. */
  hold(analyser: Analyser, file: LayerFile): boolean {
    if (analyser.partner?.(file.path) === undefined) return false;
    this.#held.set(file.path, { analyser, file });
    return true;
  }

  forget(path: string): void {
    this.#held.delete(path);
  }

  /** Each pair once, as the file whose path is the shorter; a file without its partner alone. */
  *pairs(): Generator<{ analyser: Analyser; file: LayerFile }> {
    for (const { analyser, file } of this.#held.values()) {
      const beside = this.#held.get(analyser.partner?.(file.path) ?? '')?.file;
      if (!beside) yield { analyser, file };
      else if (file.path.length < beside.path.length) yield { analyser, file: { ...file, beside: beside.bytes } };
    }
    this.#held.clear();
  }
}
