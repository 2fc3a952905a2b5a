import { type Document, isScalar, type LineCounter, parseAllDocuments } from 'yaml';

/** The documents of a policy file that say something; one that is empty is only a separator too many. */
export function policyDocuments(text: string, lineCounter?: LineCounter): readonly Document[] {
  const documents = parseAllDocuments(text, {
    strict: true,
    uniqueKeys: true,
    logLevel: 'error',
    ...(lineCounter && { lineCounter }),
  });
  return Array.isArray(documents) ? documents.filter((each) => !isBlank(each)) : [];
}

function isBlank({ contents, errors }: Document): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}
