import { sentence } from './format.ts';

/** An event's type in words: `dev.assay.tag.moved.v1` is “Tag moved”. */
export function eventInWords(type: string): string {
  const match = /^dev\.assay\.(.+)\.v\d+$/.exec(type);
  return match ? sentence(match[1]!.replaceAll('.', ' ').replaceAll('-', ' ')) : type;
}
