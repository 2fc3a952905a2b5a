import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { ANALYSER_VERSION } from '../src/content/inventory/package.ts';
import { renewAnalyses } from '../src/work/content/renew-analyses.ts';
import { ANALYSE_IMAGE } from '../src/work/content/jobs.ts';
import { imageOf } from './contracts/content-fixture.ts';
import { addRepository, digest, manifestOf, pushImage } from './contracts/records-fixture.ts';

test('after an update images that earlier analysers read are read again, each once, and no others', async (t) => {
  const database = await memoryDatabase();
  t.after(() => database.close());
  const repository = await addRepository(database, 'lib/app');
  const words = Array.from({ length: 450 }, (_, n) => `image-${n}`);
  for (const word of [...words, 'fresh']) {
    await pushImage(database, repository, manifestOf(word, []));
    const analyserVersion = word === 'fresh' ? ANALYSER_VERSION : 'earlier';
    await database.change(({ content }) => content.putImage({ ...imageOf(digest(word)), analyserVersion }, [], 's'));
  }
  const clock = { now: () => 1 };
  assert.equal(await renewAnalyses(database, clock, ANALYSER_VERSION, new AbortController().signal), 450);
  assert.equal(await renewAnalyses(database, clock, ANALYSER_VERSION, new AbortController().signal), 450);
  const jobs = (await database.records.jobs.list(2000)).filter((each) => each.kind === ANALYSE_IMAGE);
  assert.equal(jobs.length, 450);
  assert.ok(!jobs.some((each) => each.dedupeKey === digest('fresh')));
});
