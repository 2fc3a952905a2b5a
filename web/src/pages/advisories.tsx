import { type ChangeEvent, useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { imageAddress } from '../model/addresses.ts';
import { count, counted } from '../model/format.ts';
import { Command, DigestText } from '../parts/copy.tsx';
import { Glyph } from '../parts/marks.tsx';
import { PageHead } from '../parts/page.tsx';
import { Empty, Loaded, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

type Imported = Answer<'importAdvisories'>;

function Upload() {
  const [result, setResult] = useState<Imported>();
  const upload = useAction(async (file: File) => {
    setResult(undefined);
    setResult(await call('importAdvisories', { query: { name: file.name }, body: file }));
    refresh('getAdvisories', 'getReport', 'getImage', 'listRepositories', 'listTags');
  });
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) void upload.run(file);
  };
  return (
    <section className="box">
      <h2 className="box-h">
        Import a feed <small>a file of OSV, Debian’s tracker or another known format; the format is recognised</small>
      </h2>
      <div className="pad form">
        <div className="rowf">
          <label className={`btn ${upload.busy ? '' : 'primary'} file`}>
            {upload.busy ? 'Importing and judging …' : 'Choose a file'}
            <input type="file" className="sr" onChange={choose} disabled={upload.busy} />
          </label>
          <span className="q3">or, from the command line:</span>
        </div>
        <Command line="assay advisories import FILE" />
        <Refused error={upload.error} />
        {result && (
          <div className="notice" role="status">
            <Glyph tone="ok" />
            <span>
              {count(result.feed.records)} records of {result.feed.feed} are in force;{' '}
              {counted(result.judgedPackages, 'package')} judged anew, {counted(result.changedImages, 'image')} changed.
              {result.refused.length > 0 &&
                ` ${counted(result.feed.refused, 'record')} refused: ${result.refused[0]!.id}, ${result.refused[0]!.reason}.`}
            </span>
          </div>
        )}
      </div>
    </section>
  );
}

/** What new advisories changed for images in the last day, worst first in each. */
function Changes() {
  const changes = useResource('listJudgementChanges', { query: { limit: 100 } });
  return (
    <section className="box">
      <h2 className="box-h">
        What changed since yesterday <small>for images whose findings new advisories changed</small>
      </h2>
      <Loaded resource={changes} what="The changes could not be listed." rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing changed" />
          ) : (
            <div className="scroll" tabIndex={0} role="region" aria-label="What changed since yesterday">
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Image</th>
                    <th scope="col">New</th>
                    <th scope="col">Gone</th>
                    <th scope="col">Otherwise</th>
                    <th scope="col">Worst</th>
                    <th scope="col">When</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.id}>
                      <td className="t">
                        <Link data-row className="name" href={imageAddress(item.repository, item.digest)}>
                          {item.repository}
                        </Link>{' '}
                        <DigestText digest={item.digest} copy={false} />
                      </td>
                      <td>{count(item.added)}</td>
                      <td>{count(item.removed)}</td>
                      <td>{count(item.changed)}</td>
                      <td className="q2">
                        {item.findings
                          .slice(0, 3)
                          .map((line) => `${line.id} (${line.severity}) in ${line.package}${WORD[line.change]}`)
                          .join(', ')}
                      </td>
                      <td className="nw">
                        <Time at={item.at} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

const WORD = { added: '', removed: ' gone', changed: ' changed' } as const;

/** The advisory set in force: whose word the findings are. */
export function AdvisoriesPage() {
  const me = useMe();
  const advisories = useResource('getAdvisories', {});
  return (
    <>
      <PageHead title="Advisories" name="Advisories">
        <p className="sub">Whose word the findings are, and how old it is. What no feed speaks of stays unknown.</p>
      </PageHead>
      <div className="stack">
        <Loaded resource={advisories} what="The advisories could not be read." rows={2}>
          {({ digest, feeds, sources, sets }) => (
            <div className="box">
              {feeds.length === 0 ? (
                <Empty title="No advisories yet">
                  <p className="q2">Findings of every image are unknown, not zero, until a feed is imported.</p>
                  <Command line="assay advisories update" />
                </Empty>
              ) : (
                <>
                  <div className="scroll" tabIndex={0} role="region" aria-label="Feeds">
                    <table className="cards">
                      <thead>
                        <tr>
                          <th scope="col">Feed</th>
                          <th scope="col">Ecosystems</th>
                          <th scope="col" className="r">
                            Records
                          </th>
                          <th scope="col" className="r">
                            Refused
                          </th>
                          <th scope="col">Checked</th>
                          <th scope="col">Newest record</th>
                          <th scope="col">Licence</th>
                          <th scope="col">Digest</th>
                        </tr>
                      </thead>
                      <tbody>
                        {feeds.map((feed) => (
                          <tr key={feed.feed}>
                            <td className="t">
                              <span className="name">{feed.feed}</span>
                            </td>
                            <td className="q2">{feed.ecosystems.slice(0, 6).join(', ')}</td>
                            <td className="r">{count(feed.records)}</td>
                            <td className="r x q2">{count(feed.refused)}</td>
                            <td className="nw">
                              <Time at={feed.checkedAt ?? feed.importedAt} />
                            </td>
                            <td className="nw x q2">{feed.newestAt ? <Time at={feed.newestAt} /> : 'not named'}</td>
                            <td className="x q2">{feed.licence}</td>
                            <td className="x">
                              <DigestText digest={feed.digest} />
                            </td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                  {sources
                    .filter((source) => source.lastError !== undefined)
                    .map((source) => (
                      <div className="notice" role="status" key={source.url}>
                        <Glyph tone="unknown" />
                        <span>
                          {source.url}: {source.lastError}; what was known before stays in force
                        </span>
                      </div>
                    ))}
                  <div className="foot-row">
                    <span>
                      Set in force <DigestText digest={digest} />
                    </span>
                    {sets.map((set) => (
                      <span key={set.source}>
                        Signed set {set.source} of <Time at={set.createdAt} />, checked <Time at={set.checkedAt} />
                      </span>
                    ))}
                  </div>
                </>
              )}
            </div>
          )}
        </Loaded>
        <Changes />
        {me.administrator && <Upload />}
      </div>
    </>
  );
}
