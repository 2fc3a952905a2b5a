import type { ImageTrust, SignedName } from './trust.ts';
import type { AnswerState } from './trust-report.ts';

export interface Answer {
  readonly state: AnswerState;
  readonly statement: string;
  readonly evidence: readonly string[];
}

/** What bears on the second, third and fourth question. */
export interface OriginFacts {
  /** The image's own manifest. */
  readonly digest: string;
  /** What refers to it: artifact types, and `cosign-sig` and so on for the tags that cosign derives. */
  readonly attached: readonly { readonly kind: string; readonly digest: string }[];
  /** What verified trust data says; none where nobody looked. */
  readonly trust: ImageTrust | undefined;
  /** How often the tag came to name another digest; only a server knows. */
  readonly tag: { readonly name: string; readonly moves: number } | undefined;
  readonly pulls: number | undefined;
}

const SIGNATURES = /cosign-sig|dev\.cosignproject|sigstore|notary|signature/;

type Collection = ImageTrust['collections'][number];

interface Found {
  /** Clients refuse these collections. */
  readonly refused: readonly Collection[];
  readonly unreachable: readonly Collection[];
  /** Verified collections that sign something else under the tag asked for. */
  readonly differing: readonly { readonly collection: Collection; readonly name: SignedName }[];
  /** Names under which verified collections sign this image. */
  readonly signed: readonly { readonly collection: Collection; readonly name: SignedName }[];
  readonly verified: readonly Collection[];
}

function lookThrough(trust: ImageTrust): Found {
  const covers = new Set([trust.digest, ...trust.within]);
  const verified = trust.collections.filter(({ state }) => state === 'verified');
  const names = verified.flatMap((collection) => collection.names.map((name) => ({ collection, name })));
  return {
    refused: trust.collections.filter(({ state }) => state === 'failed' || state === 'expired'),
    unreachable: trust.collections.filter(({ state }) => state === 'unreachable'),
    differing: names.filter(({ name }) => name.tag === trust.tag && !covers.has(name.digest)),
    signed: names.filter(({ name }) => covers.has(name.digest)),
    verified,
  };
}

/** The one sentence about trust data that clients refuse, when that decides the answer. */
function refusal({ refused, signed }: Found): string | undefined {
  const tampered = refused.find(({ state }) => state === 'failed');
  if (tampered) return `its trust data does not verify: ${tampered.failure?.detail ?? 'for an unknown reason'}`;
  const [expired] = refused;
  // Another name of the repository may be signed and in force.
  return expired && signed.length === 0
    ? `its trust data is out of date: ${expired.failure?.detail ?? 'it has expired'}`
    : undefined;
}

function because(collections: readonly Collection[]): string[] {
  return collections.map(
    ({ gun, failure }) => `${gun}: ${failure ? `${failure.detail} (${failure.code})` : 'refused'}`,
  );
}

/** Who made it, and do we trust them? */
export function maker({ attached, trust }: OriginFacts): Answer {
  const others = signaturesIn(attached);
  const beside = others.map((each) => `attached ${each.kind} ${each.digest}, not verified`);
  const found = trust && lookThrough(trust);
  if (!found || trust.collections.every(({ state }) => state === 'missing')) return unsignedMaker(others);
  const refused = refusal(found);
  if (refused !== undefined)
    return { state: 'no', statement: `who signed it cannot be believed: ${refused}`, evidence: because(found.refused) };
  const [other] = found.differing;
  if (other)
    return {
      state: 'no',
      statement: `nobody signed this image; ${other.name.tag} was signed for another`,
      evidence: found.differing.map(
        ({ collection, name }) => `${signersOf(name)} signed ${collection.gun}:${name.tag} as ${name.digest}`,
      ),
    };
  if (found.signed.length > 0)
    return {
      state: 'yes',
      statement: `signed by ${[...new Set(found.signed.map(({ name }) => signersOf(name)))].slice(0, 5).join('; ')}`,
      evidence: [
        ...found.signed.slice(0, 10).map(({ collection, name }) => inWords(collection, name)),
        ...[...new Set(found.signed.map(({ collection }) => collection))].flatMap(rootInWords),
        ...because(found.refused),
        ...beside,
      ],
    };
  return {
    state: 'undecided',
    statement:
      found.unreachable.length > 0
        ? 'the trust data could not be read'
        : `nobody has signed it, though ${found.verified.reduce((sum, each) => sum + each.signedTags, 0)} other tags of the repository are signed`,
    evidence: [...because(found.unreachable), ...beside],
  };
}

function unsignedMaker(others: readonly { readonly kind: string; readonly digest: string }[]): Answer {
  return {
    state: 'undecided',
    statement: others.length > 0 ? 'signed by somebody; who it was has not been verified' : 'not signed',
    evidence: others.map((each) => `attached ${each.kind} ${each.digest}`),
  };
}

/** What is the cryptographic proof? */
export function proof({ attached, trust }: OriginFacts): Answer {
  const count = signaturesIn(attached).length;
  const found = trust && lookThrough(trust);
  if (!found || trust.collections.every(({ state }) => state === 'missing'))
    return {
      state: 'undecided',
      statement:
        count > 0 ? `${count} signatures are attached, none was verified` : 'there is none: no signature is attached',
      evidence: [],
    };
  const refused = refusal(found);
  if (refused !== undefined)
    return { state: 'no', statement: `clients refuse it: ${refused}`, evidence: because(found.refused) };
  if (found.differing.length > 0)
    return {
      state: 'no',
      statement: 'the signature is of another image',
      evidence: found.differing.map(({ name }) => `signed ${name.digest}, given out ${trust.digest}`),
    };
  if (found.signed.length > 0) {
    const used = [...new Set(found.signed.map(({ collection }) => collection))];
    const many = found.signed.length;
    return {
      state: 'yes',
      statement: `TUF metadata, verified from the root down, names this digest ${many === 1 ? 'once' : `under ${many} names`}`,
      evidence: used.flatMap(chainInWords),
    };
  }
  return found.unreachable.length > 0
    ? { state: 'undecided', statement: 'the trust data could not be read', evidence: because(found.unreachable) }
    : { state: 'undecided', statement: 'there is none: the trust data does not name this digest', evidence: [] };
}

/** Has anyone changed it since, and is it the image everybody gets? */
export function change(facts: OriginFacts): Answer {
  const { digest, tag, pulls, trust } = facts;
  const moves =
    tag === undefined
      ? []
      : [
          `the tag ${tag.name} ${tag.moves === 0 ? 'has always named this digest' : `came to name another digest ${tag.moves} times`}`,
        ];
  const known = [`digest ${digest}`, ...moves, ...(pulls === undefined ? [] : [`pulled ${pulls} times here`])];
  const found = trust && lookThrough(trust);
  const answer = found && decideChange(trust, found);
  return answer
    ? { ...answer, evidence: [...answer.evidence, ...known] }
    : {
        state: 'undecided',
        statement:
          'the content is what its digest says; without signed metadata nobody can tell whether it is the newest',
        evidence: known,
      };
}

function decideChange(trust: ImageTrust, found: Found): Answer | undefined {
  const refused = refusal(found);
  if (refused !== undefined) return { state: 'no', statement: refused, evidence: because(found.refused) };
  const [other] = found.differing;
  if (other)
    return {
      state: 'no',
      statement: `${other.name.tag} is not what was signed`,
      evidence: found.differing.map(
        ({ name }) => `signed ${name.digest}${sinceOf(name)}; the registry gives out ${trust.digest}`,
      ),
    };
  const asked = found.signed.filter(({ name }) => trust.tag === undefined || name.tag === trust.tag);
  const given = new Set([trust.digest, ...trust.within]);
  const replaced = asked.filter(({ name }) => name.registryDigest !== undefined && !given.has(name.registryDigest));
  if (asked.length > 0 && replaced.length === asked.length)
    return {
      state: 'no',
      statement: 'it is what was signed, but the registry gives out something else under its name',
      evidence: replaced.map(({ name }) => `${name.tag}: the registry gives out ${name.registryDigest}`),
    };
  if (asked.length > 0)
    return {
      state: 'yes',
      statement: 'it is what was signed, and the list of signed tags is fresh',
      evidence: [
        ...asked.slice(0, 10).map(({ name }) => `signed as ${name.tag}${sinceOf(name)}`),
        ...[...new Set(asked.map(({ collection }) => collection))].flatMap(({ timestamp }) =>
          timestamp
            ? [`the list was confirmed with timestamp ${timestamp.version}, good until ${timestamp.expiresAt}`]
            : [],
        ),
      ],
    };
  if (found.signed.length > 0)
    return {
      state: 'undecided',
      statement: `the same image is signed as ${found.signed
        .slice(0, 5)
        .map(({ name }) => name.tag)
        .join(', ')}, but not under this tag`,
      evidence: [],
    };
  return undefined;
}

function signaturesIn(attached: OriginFacts['attached']): OriginFacts['attached'] {
  return attached.filter((each) => SIGNATURES.test(each.kind));
}

function signersOf({ signers }: SignedName): string {
  return signers.map(({ name }) => (name === 'repository key' ? 'the repository key' : name)).join(', ');
}

function inWords({ gun }: Collection, name: SignedName): string {
  const keys = name.signers.map(({ name: who, keys }) => `${who} ${keys.map((id) => id.slice(0, 12)).join(' ')}`);
  return `${gun}:${name.tag} by ${keys.join(', ')}${sinceOf(name)}`;
}

function sinceOf({ since }: SignedName): string {
  return since === undefined ? '' : ` on ${since.slice(0, 10)}`;
}

function rootInWords({ root }: Collection): string[] {
  return root
    ? [
        `they are trusted by ${root.keys.length === 1 ? 'the root key' : 'the root keys'} ${root.keys.map((id) => id.slice(0, 12)).join(' ')}; compare it with what the owner tells you`,
      ]
    : [];
}

function chainInWords({ gun, root, timestamp, goodUntil, dialects, tuf1 }: Collection): string[] {
  return [
    `${gun}: root ${root?.version ?? '?'} with ${root?.threshold ?? '?'} of ${root?.keys.length ?? '?'} keys, timestamp ${timestamp?.version ?? '?'}`,
    ...(goodUntil === undefined ? [] : [`what people signed is good until ${goodUntil.slice(0, 10)}`]),
    dialects.includes('notary')
      ? `read by docker and notary; TUF 1.x clients: ${tuf1 ?? 'unknown'}`
      : 'read by TUF 1.x clients only',
  ];
}
