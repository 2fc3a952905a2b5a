import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advisoryKeyOf } from '../findings/ecosystems.ts';
import { judge } from '../findings/judge.ts';
import type { FoundPackage } from '../inventory/package.ts';
import type { FeedContent } from './feed.ts';
import { feedFiles } from './feed-unpack.ts';
import { recogniseFeed } from './feeds.ts';

async function read(name: string, text: string): Promise<FeedContent> {
  const file = { name, bytes: Buffer.from(text) };
  async function* files() {
    yield* feedFiles(file, []);
  }
  return recogniseFeed(file).read(files());
}

function found(content: FeedContent, id: string, version: string, of: FoundPackage): string[] {
  const key = advisoryKeyOf(of, { id, version, name: id });
  assert.ok(key);
  return judge(key, (ecosystem, name) =>
    content.entries
      .filter((each) => each.ecosystem === ecosystem && each.package === name)
      .flatMap((each) => each.advisories.map((advisory) => ({ ...advisory, feed: 'f' }))),
  ).map((each) => `${each.id} ${each.severity} ${each.fixedVersion ?? each.status}`);
}

/** In the form of Gentoo's files (glsa.dtd). */
const glsa = (packages: string) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE glsa SYSTEM "http://www.gentoo.org/dtd/glsa.dtd">
<glsa id="202601-07">
  <title>x: Multiple Vulnerabilities</title>
  <announced>2026-01-15</announced>
  <affected>${packages}</affected>
  <impact type="high"><p>See CVE-2026-0009.</p></impact>
  <references><uri link="https://nvd.nist.gov/vuln/detail/CVE-2026-0001">CVE-2026-0001</uri></references>
</glsa>`;

void test('Gentoo: versions before the good ones are affected, each CVE of the notice by itself', async () => {
  const content = await read(
    'glsa-202601-07.xml',
    glsa(
      '<package name="dev-libs/x" auto="yes" arch="*"><unaffected range="ge">3.0.5-r1</unaffected><vulnerable range="lt">3.0.5-r1</vulnerable></package>',
    ),
  );
  assert.deepEqual([content.records, content.refused.length, content.newestAt], [1, 0, '2026-01-15T00:00:00Z']);
  const at = (version: string) => found(content, 'gentoo', '', { type: 'ebuild', name: 'dev-libs/x', version });
  assert.deepEqual(at('3.0.5').sort(), ['CVE-2026-0001 high 3.0.5-r1', 'CVE-2026-0009 high 3.0.5-r1']);
  assert.deepEqual(at('3.0.5_p1-r1'), []);
  assert.deepEqual(at('3.0.5-r1'), []);
});

void test('Gentoo: revisions of one version, slots named by versions, and packages that are mended no more', async () => {
  const at = async (packages: string, version: string) =>
    found(await read('glsa-1.xml', glsa(packages)), 'gentoo', '', { type: 'ebuild', name: 'a/b', version }).length;
  const revisions =
    '<package name="a/b"><unaffected range="rge">1.2-r3</unaffected><unaffected range="ge">2.0</unaffected><vulnerable range="lt">2.0</vulnerable></package>';
  assert.deepEqual(
    await Promise.all(['1.1', '1.2-r2', '1.2-r3', '1.2-r9', '1.3', '2.0'].map((each) => at(revisions, each))),
    [2, 2, 0, 0, 2, 0],
  );
  const slots =
    '<package name="a/b"><unaffected range="ge" slot="3.11">3.11.4</unaffected><unaffected range="ge" slot="3.12">3.12.1</unaffected><vulnerable range="lt" slot="3.11">3.11.4</vulnerable><vulnerable range="lt" slot="3.12">3.12.1</vulnerable></package>';
  assert.deepEqual(
    await Promise.all(['3.11.3', '3.11.4', '3.12.0', '3.12.1'].map((each) => at(slots, each))),
    [2, 0, 2, 0],
  );
  assert.equal(await at('<package name="a/b"><vulnerable range="le">9</vulnerable></package>', '8.1'), 2);
  assert.equal(await at('<package name="a/b"><vulnerable range="eq">9</vulnerable></package>', '8.1'), 0);
  const nothing = await read('glsa-1.xml', glsa('<package name="a/b"></package>'));
  assert.deepEqual(nothing.refused, [{ id: 'GLSA-202601-07', reason: 'it names no versions' }]);
});

/** In the form of createrepo_c, as Fedora's repositories have it: CVEs stand in the titles of bugs. */
const UPDATES = `<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="updates@fedoraproject.org" status="final" type="security" version="2.0">
  <id>FEDORA-2026-f6ff3f85eb</id><title>httpd-2.4.67-1.fc43</title><issued date="2026-01-28 01:24:53"/><severity>Moderate</severity>
  <references><reference href="https://bugzilla.redhat.com/show_bug.cgi?id=1" id="1" type="bugzilla" title="CVE-2026-0007 CVE-2026-0008 httpd: request smuggling [fedora-all]"/></references>
  <pkglist><collection short="F43"><name>Fedora 43</name>
    <package arch="x86_64" name="httpd-core" release="1.fc43" src="" version="2.4.67" epoch="0"><filename>x.rpm</filename></package>
  </collection></pkglist></update></updates>`;

void test('Fedora: the CVEs that the bugs of an update name, for its binary packages and release', async () => {
  const content = await read('updateinfo.xml', UPDATES);
  assert.deepEqual([content.records, content.refused.length], [1, 0]);
  const at = (release: string, version: string) =>
    found(content, 'fedora', release, { type: 'rpm', name: 'httpd-core', version, sourceName: 'httpd' }).sort();
  assert.deepEqual(at('43', '2.4.66-3.fc43'), [
    'CVE-2026-0007 medium 2.4.67-1.fc43',
    'CVE-2026-0008 medium 2.4.67-1.fc43',
  ]);
  assert.deepEqual(at('43', '2.4.67-1.fc43'), []);
  assert.deepEqual(at('42', '2.4.60-1.fc42'), []);
});
