import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, maker, type OriginFacts, proof } from '../src/contract/answer-trust.ts';
import { renderImageTrust } from '../src/contract/render-trust.ts';
import type { ImageTrust } from '../src/contract/trust.ts';
import { AssayError } from '../src/lib/error.ts';
import { type CollectionStanding, verifyStanding } from '../src/work/trust/standing.ts';
import { memoryFiles } from './tuf/client.ts';
import { newSigner } from './tuf/keys.ts';
import { NotaryCollection } from './tuf/notary-collection.ts';
import { DAY_MS } from './tuf/repository.ts';

const HEX = { one: '1'.repeat(64), two: '2'.repeat(64), index: '3'.repeat(64) };
const ONE = `sha256:${HEX.one}`;

async function signed(): Promise<NotaryCollection> {
  const collection = await NotaryCollection.create();
  collection.addTag('targets', '1', HEX.one);
  collection.addTag('targets', 'multi', HEX.index);
  await collection.publish('targets');
  return collection;
}

function standing(of: NotaryCollection, now = of.now, reachable = true): Promise<CollectionStanding> {
  const notary = async (name: string) => {
    if (!reachable) throw new AssayError('network-failed', 'the trust server cannot be reached');
    return of.fetch(name);
  };
  return verifyStanding(
    {
      server: {
        gun: of.gun,
        host: 'test',
        metadata: { notary, 'tuf-1.0': async () => undefined },
        offersTuf1: async () => true,
      },
      files: { notary: memoryFiles(), 'tuf-1.0': memoryFiles() },
    },
    now,
  );
}

function facts(
  standings: readonly CollectionStanding[],
  asked: { digest: string; tag?: string; within?: string[] },
  registry: Record<string, string> = {},
): OriginFacts {
  const trust: ImageTrust = renderImageTrust(
    { digest: asked.digest, tag: asked.tag, within: asked.within ?? [] },
    standings.map((each) => ({
      standing: each,
      facts: { since: () => Date.UTC(2030, 0, 1), registryDigest: (tag) => registry[tag] },
    })),
  );
  return { digest: asked.digest, attached: [], trust, tag: undefined, pulls: undefined };
}

const answers = (given: OriginFacts) => [maker(given), proof(given), change(given)];
const states = (given: OriginFacts) => answers(given).map(({ state }) => state);

test('a signed tag: who, with which proof, and that it is what everybody gets', async () => {
  const found = await standing(await signed());
  assert.equal(found.state, 'verified');
  const given = facts([found], { digest: ONE, tag: '1' }, { 1: ONE });
  assert.deepEqual(states(given), ['yes', 'yes', 'yes']);
  assert.match(maker(given).evidence.join('\n'), /trusted by the root key [0-9a-f]{12}/);
  assert.deepEqual(states(facts([found], { digest: ONE })), ['yes', 'yes', 'yes'], 'by digest too');
});

test('an image of a signed index is covered by the signature of the index', async () => {
  const found = await standing(await signed());
  const child = `sha256:${'4'.repeat(64)}`;
  assert.deepEqual(states(facts([found], { digest: child, within: [`sha256:${HEX.index}`] })), ['yes', 'yes', 'yes']);
  assert.deepEqual(states(facts([found], { digest: child })), ['undecided', 'undecided', 'undecided']);
});

test('the registry gives out something else: a definite no', async () => {
  const found = await standing(await signed());
  const other = `sha256:${HEX.two}`;
  assert.deepEqual(states(facts([found], { digest: other, tag: '1' }, { 1: other })), ['no', 'no', 'no']);
  assert.equal(change(facts([found], { digest: ONE }, { 1: other })).state, 'no', 'asked by what was signed');
});

test('no trust data, none for this tag, or only under another tag: undecided, each in its own words', async () => {
  const found = await standing(await signed());
  const nothing = await standing({ gun: 'g', now: 0, fetch: () => undefined } as unknown as NotaryCollection, 0);
  assert.equal(nothing.state, 'missing');
  const words = [
    facts([nothing], { digest: ONE, tag: '1' }),
    facts([found], { digest: `sha256:${HEX.two}`, tag: 'new' }),
    { ...facts([], { digest: ONE }), trust: undefined },
  ].map((given) => {
    assert.deepEqual(states(given), ['undecided', 'undecided', 'undecided']);
    return maker(given).statement;
  });
  assert.deepEqual(words, [
    'not signed',
    'nobody has signed it, though 2 other tags of the repository are signed',
    'not signed',
  ]);
  const aliased = facts([found], { digest: ONE, tag: 'latest' });
  assert.deepEqual(states(aliased), ['yes', 'yes', 'undecided']);
  assert.match(change(aliased).statement, /signed as 1, but not under this tag/);
});

test('expired and tampered are refused, and are not the same', async () => {
  const collection = await signed();
  const late = await standing(collection, collection.now + 15 * DAY_MS);
  assert.equal(late.state, 'expired');
  assert.ok(late.status, 'what it said is still shown');
  const given = facts([late], { digest: ONE, tag: '1' });
  assert.deepEqual(states(given), ['no', 'no', 'no']);
  assert.match(maker(given).statement, /out of date: timestamp expired/);
  assert.equal(
    maker(facts([late, await standing(await signed())], { digest: ONE, tag: '1' })).state,
    'yes',
    'another name of the repository is in force',
  );

  const forged = await signed();
  forged.signers.set('targets', [{ ...forged.signers.get('targets')![0]!, signer: newSigner() }]);
  await forged.publish('targets');
  const tampered = await standing(forged);
  assert.equal(tampered.state, 'failed');
  assert.equal(tampered.failure?.code, 'trust-threshold');
  assert.deepEqual(states(facts([tampered], { digest: ONE, tag: '1' })), ['no', 'no', 'no']);
  assert.equal(
    maker(facts([tampered, await standing(await signed())], { digest: ONE, tag: '1' })).state,
    'no',
    'tampering outweighs what another name says',
  );
});

test('a trust server that cannot be asked leaves it undecided', async () => {
  const collection = await signed();
  const away = await standing(collection, collection.now, false);
  assert.equal(away.state, 'unreachable');
  const given = facts([away], { digest: ONE, tag: '1' });
  assert.deepEqual(states(given), ['undecided', 'undecided', 'undecided']);
  assert.match(maker(given).statement, /could not be read/);
});

test('delegations with their paths; a broken one says why and signs nothing', async () => {
  const collection = await signed();
  const alice = newSigner();
  collection.delegate('targets', 'targets/releases', [''], alice);
  collection.delegate('targets', 'targets/alice', [''], alice);
  collection.delegate('targets', 'targets/qa', ['qa/']);
  for (const role of ['targets/releases', 'targets/alice']) collection.addTag(role, '2', HEX.two);
  collection.signers.set('targets/qa', [{ ...collection.signers.get('targets/qa')![0]!, signer: newSigner() }]);
  await collection.publish('targets', 'targets/releases', 'targets/alice', 'targets/qa');
  const found = await standing(collection);
  const qa = found.status!.delegations.find(({ role }) => role === 'targets/qa')!;
  assert.deepEqual(qa.paths, ['qa/']);
  assert.match(qa.broken!, /threshold for targets\/qa/);
  const given = facts([found], { digest: `sha256:${HEX.two}`, tag: '2' });
  assert.equal(maker(given).statement, 'signed by alice');
});
