import type { FileExaminer, KeywordHits } from './examiner.ts';
import { KeywordMatcher } from './keyword-matcher.ts';

/** Keywords of one piece that are told; a text of nothing but keywords costs no more. */
const MAX_HITS = 400_000;

/** One pass over a piece for the keywords of several examiners. */
export class KeywordPass {
  readonly #matcher: KeywordMatcher;
  /** Of each keyword: the examiners that look for it, with its number there. */
  readonly #wanted: readonly (readonly { readonly examiner: FileExaminer; readonly number: number }[])[];

  constructor(examiners: readonly FileExaminer[]) {
    const keywords = [...new Set(examiners.flatMap((each) => each.keywords))];
    this.#matcher = new KeywordMatcher(keywords);
    this.#wanted = keywords.map((keyword) =>
      examiners.flatMap((examiner) => {
        const number = examiner.keywords.indexOf(keyword);
        return number < 0 ? [] : [{ examiner, number }];
      }),
    );
  }

  /** What each examiner was looking for, by examiner. */
  hits(bytes: Uint8Array): ReadonlyMap<FileExaminer, KeywordHits> {
    const found = new Map<FileExaminer, number[]>();
    let left = MAX_HITS;
    this.#matcher.scan(bytes, (keyword, at) => {
      if (--left < 0) return;
      for (const { examiner, number } of this.#wanted[keyword]!) {
        const list = found.get(examiner);
        if (list) list.push(number, at);
        else found.set(examiner, [number, at]);
      }
    });
    return found;
  }
}
