import { AssayError } from '../../lib/error.ts';
import { xmlTokens } from './xml-elements.ts';

/** Conditions that hold together (AND) or one of them (OR), as OVAL 5 nests them. */
export interface OvalCriteria {
  readonly operator: string;
  readonly criteria: OvalCriteria[];
  readonly tests: { readonly test: string; readonly comment: string }[];
}

export interface OvalDefinition {
  readonly id: string;
  title: string;
  severity: string;
  issuedAt: string;
  readonly platforms: string[];
  readonly references: { readonly source: string; readonly id: string; readonly url: string }[];
  readonly cves: { id: string; readonly cvss: string | undefined; readonly impact: string | undefined }[];
  criteria: OvalCriteria | undefined;
}

/** What a test asks of an rpm package: its name, and an operation and value for members of its header. */
export interface OvalTest {
  readonly name: string;
  readonly evr: { readonly operation: string; readonly value: string } | undefined;
  readonly version: { readonly operation: string; readonly value: string } | undefined;
  /** Architectures it is about; all where it says nothing of them. */
  readonly architectures: readonly string[] | undefined;
}

export interface OvalDocument {
  readonly definitions: readonly OvalDefinition[];
  readonly at: string;
  test(ref: string): OvalTest | undefined;
}

interface State {
  evr?: { operation: string; value: string };
  version?: { operation: string; value: string };
  arch?: string;
}

const MAX_DEPTH = 40;

/** Reads a document of OVAL definitions about rpm packages (`rpminfo` tests). Throws `content-malformed`. */
export function readOval(text: string): OvalDocument {
  const definitions: OvalDefinition[] = [];
  const objects = new Map<string, string>();
  const states = new Map<string, State>();
  const tests = new Map<string, { object: string; states: string[] }>();
  const stack: OvalCriteria[] = [];
  let definition: OvalDefinition | undefined;
  let id = '';
  let operation = '';
  let inside = '';
  let at = '';
  for (const token of xmlTokens(text)) {
    if (token.kind === 'end') {
      if (token.name === 'criteria') stack.pop();
      if (token.name === 'definition') definition = undefined;
      inside = '';
      continue;
    }
    if (token.kind === 'start') {
      const of = (name: string) => token.attributes.get(name) ?? '';
      inside = token.name;
      switch (token.name) {
        case 'definition':
          definition = emptyDefinition(of('id'));
          definitions.push(definition);
          stack.length = 0;
          break;
        case 'reference':
          definition?.references.push({ source: of('source'), id: of('ref_id'), url: of('ref_url') });
          break;
        case 'issued':
          if (definition) definition.issuedAt = of('date');
          break;
        case 'cve':
          definition?.cves.push({
            id: '',
            cvss: token.attributes.get('cvss3'),
            impact: token.attributes.get('impact'),
          });
          break;
        case 'criteria': {
          const made: OvalCriteria = { operator: of('operator') || 'AND', criteria: [], tests: [] };
          if (stack.length >= MAX_DEPTH) throw new AssayError('content-malformed', 'criteria are nested too deep');
          if (stack.length > 0) stack.at(-1)!.criteria.push(made);
          else if (definition) definition.criteria = made;
          stack.push(made);
          break;
        }
        case 'criterion':
          stack.at(-1)?.tests.push({ test: of('test_ref'), comment: of('comment') });
          break;
        case 'rpminfo_test':
          id = of('id');
          tests.set(id, { object: '', states: [] });
          break;
        case 'rpminfo_object':
          id = of('id');
          break;
        case 'rpminfo_state':
          id = of('id');
          states.set(id, {});
          break;
        case 'object': {
          const test = tests.get(id);
          if (test) test.object = of('object_ref');
          break;
        }
        case 'state':
          tests.get(id)?.states.push(of('state_ref'));
          break;
        default:
          operation = of('operation') || 'equals';
      }
      continue;
    }
    const value = token.text.trim();
    if (value === '') continue;
    if (definition) tell(definition, inside, value);
    else if (inside === 'name') objects.set(id, value);
    else if (inside === 'evr' || inside === 'version') {
      const state = states.get(id);
      // An epoch of 0 is none.
      if (state) state[inside] = { operation, value: value.replace(/^0:/, '') };
    } else if (inside === 'arch') {
      const state = states.get(id);
      if (state) state.arch = value;
    } else if (inside === 'timestamp' && at === '') at = value;
  }
  if (at !== '' && !/(?:Z|[+-]\d\d:\d\d)$/.test(at)) at += 'Z';
  return { definitions, at, test: (ref) => testOf(tests.get(ref), objects, states) };
}

function emptyDefinition(id: string): OvalDefinition {
  return {
    id,
    title: '',
    severity: '',
    issuedAt: '',
    platforms: [],
    references: [],
    cves: [],
    criteria: undefined,
  };
}

function tell(definition: OvalDefinition, inside: string, value: string): void {
  if (inside === 'title') definition.title += value;
  else if (inside === 'severity') definition.severity ||= value;
  else if (inside === 'platform') definition.platforms.push(value);
  else if (inside === 'cve') {
    const last = definition.cves.at(-1);
    if (last) last.id = value;
  }
}

function testOf(
  test: { object: string; states: readonly string[] } | undefined,
  objects: ReadonlyMap<string, string>,
  states: ReadonlyMap<string, State>,
): OvalTest | undefined {
  const name = objects.get(test?.object ?? '');
  if (!test || name === undefined) return undefined;
  const all = Object.assign({}, ...test.states.map((each) => states.get(each) ?? {})) as State;
  return {
    name,
    evr: all.evr,
    version: all.version,
    architectures: all.arch === undefined ? undefined : architecturesIn(all.arch),
  };
}

/** `(aarch64|x86_64)`, `aarch64|x86_64`, `x86_64`. */
function architecturesIn(pattern: string): string[] {
  return pattern
    .replaceAll(/[()^$\s]/g, '')
    .split('|')
    .filter((each) => each !== '');
}
