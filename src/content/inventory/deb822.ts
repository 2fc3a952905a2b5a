/** A paragraph of a Debian control file (deb822(5)): field names in lower case, folded lines joined by newlines. */
export type Paragraph = ReadonlyMap<string, string>;

/** Reads control paragraphs one after the other; lines that fit no rule are skipped, as dpkg does when it reads. */
export function* readParagraphs(text: string): Generator<Paragraph> {
  let fields = new Map<string, string>();
  let field = '';
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (fields.size > 0) yield fields;
      fields = new Map();
      field = '';
      continue;
    }
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (field) fields.set(field, `${fields.get(field)}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith('#')) continue;
    field = line.slice(0, colon).toLowerCase();
    fields.set(field, line.slice(colon + 1).trim());
  }
  if (fields.size > 0) yield fields;
}
