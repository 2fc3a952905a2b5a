/** A LIKE pattern for text that contains the search; the wildcards of LIKE are taken out. */
export function likePattern(search: string | undefined): string {
  return `%${(search ?? '').replace(/[%_]/g, '')}%`;
}
