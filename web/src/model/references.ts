export interface AdvisoryLink {
  readonly href: string;
  readonly label: string;
}

function labelOf(url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1) ?? '';
  const host = url.hostname.replace(/^www\./, '');
  return last && last.length <= 24 ? `${host} ${last}` : host;
}

/** Links for a vulnerability: those its record names (http and https only, at most six), else the public CVE record. */
export function advisoryLinks(id: string, references: readonly string[]): AdvisoryLink[] {
  const links = new Map<string, AdvisoryLink>();
  if (/^CVE-\d{4}-\d{4,}$/.test(id)) {
    const href = `https://www.cve.org/CVERecord?id=${id}`;
    links.set(href, { href, label: 'cve.org' });
  }
  for (const text of references) {
    if (links.size >= 7 || !URL.canParse(text)) continue;
    const url = new URL(text);
    if (url.protocol === 'https:' || url.protocol === 'http:')
      links.set(url.href, { href: url.href, label: labelOf(url) });
  }
  return [...links.values()];
}
