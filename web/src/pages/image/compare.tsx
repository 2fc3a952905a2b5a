import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useResource } from '../../api/resource.ts';
import { imageAddress, vulnerabilityAddress } from '../../model/addresses.ts';
import { counted } from '../../model/format.ts';
import { DigestText } from '../../parts/copy.tsx';
import { SeverityMark } from '../../parts/marks.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';

type Comparison = Answer<'compareImages'>;
type Finding = Comparison['findings']['added'][number];
const FIRST = 200;

function Choice({ image, chosen, tags }: { image: Image; chosen: string | undefined; tags: readonly string[] }) {
  return (
    <div className="filters">
      <label className="compare-with">
        <span>Compared with</span>
        <select
          value={chosen ?? ''}
          onChange={(event) => navigate(withQuery({ with: event.target.value || undefined }), { replace: true })}
        >
          <option value="">choose a tag</option>
          {chosen !== undefined && !tags.includes(chosen) && <option value={chosen}>{chosen.slice(0, 40)}</option>}
          {tags.map((tag) => (
            <option key={tag} value={tag} disabled={image.tags.includes(tag)}>
              {tag}
              {image.tags.includes(tag) ? ' (this image)' : ''}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Findings({ title, items, none }: { title: string; items: readonly Finding[]; none: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, FIRST);
  return (
    <section>
      <h2 className="sec">{title}</h2>
      <div className="box">
        {items.length === 0 ? (
          <p className="foot-row">{none}</p>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label={title}>
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">Finding</th>
                  <th scope="col">Severity</th>
                  <th scope="col">Package or place</th>
                  <th scope="col">Fixed in</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((each) => (
                  <tr key={`${each.kind} ${each.id} ${each.subject}`}>
                    <td className="t">
                      {each.kind === 'vulnerability' ? (
                        <Link className="name" data-row href={vulnerabilityAddress(each.id)}>
                          {each.id}
                        </Link>
                      ) : (
                        <span className="name">{each.title ?? each.id}</span>
                      )}
                    </td>
                    <td>
                      <SeverityMark severity={each.severity} />
                    </td>
                    <td className="wrap-any">
                      <code>
                        {each.subject} {each.version}
                      </code>
                    </td>
                    <td className="nw">
                      {each.fixedVersion !== undefined ? (
                        <code className="fixed">{each.fixedVersion}</code>
                      ) : (
                        each.kind === 'vulnerability' && <span className="q3">no fix yet</span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {shown.length < items.length && (
          <div className="foot-row">
            <button type="button" className="link" onClick={() => setAll(true)}>
              Show all {items.length}
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

const changes = { added: 'came', removed: 'went', changed: 'changed' } as const;

function Packages({ packages }: { packages: Comparison['packages'] }) {
  const rows = (['added', 'removed', 'changed'] as const).flatMap((kind) =>
    packages[kind].map((each) => ({ kind, ...each })),
  );
  return (
    <section>
      <h2 className="sec">
        {packages.added.length} packages came, {packages.removed.length} went, {packages.changed.length} changed
      </h2>
      <div className="box">
        {rows.length === 0 ? (
          <p className="foot-row">All {counted(packages.same, 'package')} are the same.</p>
        ) : (
          <>
            <div className="scroll" tabIndex={0} role="region" aria-label="Packages that differ">
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Package</th>
                    <th scope="col">Type</th>
                    <th scope="col">Change</th>
                    <th scope="col">Before</th>
                    <th scope="col">After</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.slice(0, FIRST * 5).map((each) => (
                    <tr key={`${each.type} ${each.name}`}>
                      <td className="t">
                        <Link
                          className="name"
                          data-row
                          href={withQuery({ tab: 'packages', find: each.name, with: undefined })}
                        >
                          {each.name}
                        </Link>
                      </td>
                      <td className="q2">{each.type}</td>
                      <td>{changes[each.kind]}</td>
                      <td className="wrap-any">
                        <code>{each.before.join(' ')}</code>
                      </td>
                      <td className="wrap-any">
                        <code>{each.after.join(' ')}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <div className="foot-row">{counted(packages.same, 'package')} of the same version</div>
          </>
        )}
      </div>
    </section>
  );
}

function Compared({ image, chosen }: { image: Image; chosen: string }) {
  const compared = useResource('compareImages', {
    params: { repository: image.repository, reference: image.digest },
    query: { with: chosen },
  });
  return (
    <Loaded resource={compared} what="The images could not be compared." rows={8}>
      {({ before, packages, findings }) => (
        <div className="stack">
          <p className="sub">
            Since{' '}
            <Link className="mono" href={imageAddress(image.repository, chosen)}>
              {chosen.slice(0, 40)}
            </Link>{' '}
            {counted(findings.added.length, 'finding')} came, {findings.removed.length} went, {findings.same} are the
            same. Both are judged by the advisories in force.
          </p>
          <p className="facts">
            compared with <DigestText digest={before.digest} />
          </p>
          <Findings title="Findings that came" items={findings.added} none="None came." />
          <Findings title="Findings that went" items={findings.removed} none="None went." />
          <Packages packages={packages} />
        </div>
      )}
    </Loaded>
  );
}

/** What the image has otherwise than another tag of its repository. */
export function Compare({ image }: { image: Image }) {
  const { query } = useAddress();
  const chosen = query.get('with') ?? undefined;
  const tags = useResource('listTags', {
    params: { repository: image.repository },
    query: { sort: 'newest', limit: 100 },
  });
  return (
    <Loaded resource={tags} what="The tags could not be listed." rows={4}>
      {({ items }) => {
        const names = items.map((each) => each.name);
        return (
          <>
            <Choice image={image} chosen={chosen} tags={names} />
            {chosen !== undefined ? (
              <Compared image={image} chosen={chosen} />
            ) : (
              <div className="box">
                <Empty
                  title={
                    names.some((tag) => !image.tags.includes(tag))
                      ? 'Choose the tag to compare with'
                      : 'The repository has no other tag to compare with'
                  }
                >
                  <p className="q2">
                    The same on the command line: assay diff {image.repository}:BEFORE {image.repository}:AFTER
                  </p>
                </Empty>
              </div>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
