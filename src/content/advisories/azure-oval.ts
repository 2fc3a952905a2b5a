import { AssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange, Severity } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { xmlTokens } from './xml-elements.ts';

const BASE = 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main';

interface Definition {
  id: string;
  title: string;
  cve: string;
  severity: string;
  patchable: string;
  date: string;
  readonly tests: string[];
}

interface Tests {
  readonly objects: Map<string, string>;
  readonly states: Map<string, { operation: string; evr: string }>;
  readonly tests: Map<string, { object: string; state: string }>;
}

/** Azure Linux (Mariner) OVAL: one CVE of one source package a definition, compared by the state it refers to. */
export const azureOval: FeedReader = {
  name: 'azure-linux',
  sources: [
    { url: `${BASE}/azurelinux-3.0-oval.xml`, ecosystems: ['Azure Linux:3'] },
    { url: `${BASE}/cbl-mariner-2.0-oval.xml`, ecosystems: ['Azure Linux:2'] },
  ],
  licence: 'MIT (AzureLinuxVulnerabilityData)',
  recognises: (file) => /<oval_definitions[\s>]/.test(headText(file)) && /Azure Linux|Mariner/.test(headText(file)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const releases = new Set<string>();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      if (!text.includes('<oval_definitions')) continue;
      const { definitions, tests, at } = readDocument(text);
      const release = releaseOf(name, tests);
      if (release === undefined) throw new AssayError('advisory-feed-invalid', `${name} does not tell its release`);
      releases.add(release);
      if (at > tally.newestAt) tally.newestAt = at;
      for (const definition of definitions) {
        tally.records++;
        const reason = addDefinition(book, `Azure Linux:${release}`, definition, tests);
        if (reason !== undefined) tally.refused.push({ id: definition.id, reason });
      }
    }
    const [release, another] = releases;
    return contentOf(book.all(), tally, another === undefined ? release : undefined);
  },
};

function readDocument(text: string): { definitions: Definition[]; tests: Tests; at: string } {
  const definitions: Definition[] = [];
  const tests: Tests = { objects: new Map(), states: new Map(), tests: new Map() };
  let current: Definition | undefined;
  let id = '';
  let operation = '';
  let inside = '';
  let at = '';
  for (const token of xmlTokens(text)) {
    if (token.kind === 'start') {
      const of = (name: string) => token.attributes.get(name) ?? '';
      inside = token.name;
      switch (token.name) {
        case 'definition':
          current = { id: of('id'), title: '', cve: '', severity: '', patchable: '', date: '', tests: [] };
          definitions.push(current);
          break;
        case 'reference':
          if (current && of('source') === 'CVE') current.cve = of('ref_id');
          break;
        case 'criterion':
          current?.tests.push(of('test_ref'));
          break;
        case 'rpminfo_test':
        case 'rpminfo_object':
        case 'rpminfo_state':
          current = undefined;
          id = of('id');
          if (token.name === 'rpminfo_test') tests.tests.set(id, { object: '', state: '' });
          break;
        case 'object':
          update(tests.tests, id, { object: of('object_ref') });
          break;
        case 'state':
          update(tests.tests, id, { state: of('state_ref') });
          break;
        case 'evr':
          operation = of('operation');
          break;
      }
    } else if (token.kind === 'end') inside = '';
    else if (token.text.trim() !== '') {
      const value = token.text.trim();
      if (current) {
        if (inside === 'title') current.title += value;
        else if (inside === 'severity') current.severity = value;
        else if (inside === 'patchable') current.patchable = value;
        else if (inside === 'advisory_date') current.date = value;
      } else if (inside === 'name') tests.objects.set(id, value);
      else if (inside === 'evr') tests.states.set(id, { operation, evr: value });
      else if (inside === 'timestamp') at = value;
    }
  }
  return { definitions, tests, at };
}

function update(tests: Tests['tests'], id: string, part: Partial<{ object: string; state: string }>): void {
  const before = tests.get(id);
  if (before) tests.set(id, { ...before, ...part });
}

/** `azl3` and `cm2` at the end of releases tell which one it is; else the name of the file. */
function releaseOf(name: string, tests: Tests): string | undefined {
  for (const { evr } of tests.states.values()) {
    const found = /\.(?:azl|cm)(\d+)/.exec(evr)?.[1];
    if (found !== undefined) return found;
  }
  return /(\d+)\.\d+-oval/.exec(name)?.[1];
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
};

function addDefinition(
  book: EntryBook<Advisory>,
  ecosystem: string,
  definition: Definition,
  tests: Tests,
): string | undefined {
  if (!/^CVE-\d{4}-\d{4,}$/.test(definition.cve)) return 'it names no CVE';
  if (definition.patchable.toLowerCase() === 'not applicable') return 'not applicable, by its own word';
  const ranges = new Map<string, AffectedRange>();
  for (const each of definition.tests) {
    const test = tests.tests.get(each);
    const name = test && tests.objects.get(test.object);
    const state = test && tests.states.get(test.state);
    if (name === undefined || !state) return 'it refers to a test that is not there';
    const range = rangeOf(state);
    if (!range) return `a comparison that is not known: ${state.operation}`;
    // All comparisons of one package hold together.
    ranges.set(name, { ...ranges.get(name), ...range });
  }
  const severity = SEVERITIES[definition.severity.toLowerCase()];
  for (const [name, range] of ranges)
    book.add(ecosystem, name, {
      id: definition.cve,
      status: range.fixed === undefined ? 'affected' : 'fixed',
      scheme: 'rpm',
      ranges: [range],
      ...(severity && { severity, severitySource: 'Microsoft' }),
      summary: definition.title.slice(0, 300),
      ...(definition.date && { publishedAt: definition.date }),
      references: [`https://nvd.nist.gov/vuln/detail/${definition.cve}`],
    });
  return ranges.size === 0 ? 'it refers to no test' : undefined;
}

/** "less than or equal" names the last version that has it, which no newer one mends yet. */
function rangeOf({ operation, evr }: { operation: string; evr: string }): AffectedRange | undefined {
  switch (operation) {
    case 'less than':
      return { fixed: evr };
    case 'less than or equal':
      return { lastAffected: evr };
    case 'greater than':
      return { after: evr };
    case 'greater than or equal':
      return { introduced: evr };
    case 'equals':
      return { introduced: evr, lastAffected: evr };
    default:
      return undefined;
  }
}
