import { useEffect, useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { useLast, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { count, counted } from '../../model/format.ts';
import { DigestText } from '../../parts/copy.tsx';
import { FilterInput } from '../../parts/filter-input.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { KeyId } from '../../parts/trust-mark.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';

type SignedTag = Answer<'listSignedTags'>['items'][number];

const PAGE = 100;
export const TRUST_EVERY_MS = 10_000;

function Registry({ tag }: { tag: SignedTag }) {
  if (tag.registryDigest === undefined)
    return (
      <span className="v none">
        <Glyph tone="none" />
        not in the registry
      </span>
    );
  if (tag.registryDigest === tag.digest)
    return (
      <span className="v ok">
        <Glyph tone="ok" />
        the same
      </span>
    );
  return (
    <span className="v tamper">
      <Glyph tone="tamper" />
      <span>
        gives out <DigestText digest={tag.registryDigest} copy={false} />
      </span>
    </span>
  );
}

function Row({ repository, tag }: { repository: string; tag: SignedTag }) {
  const differs = tag.registryDigest !== undefined && tag.registryDigest !== tag.digest;
  return (
    <tr className={differs ? 'differs' : ''}>
      <td className="t">
        <Link className="name mono" data-row href={imageAddress(repository, tag.tag)}>
          {tag.tag}
        </Link>
      </td>
      <td>
        <DigestText digest={tag.digest} />
      </td>
      <td>
        {tag.signers.map((signer) => (
          <span key={signer.name} className="signer">
            {signer.name}
            {signer.keys.slice(0, 2).map((id) => (
              <KeyId key={id} id={id} />
            ))}
            {signer.keys.length > 2 && <span className="q3">and {signer.keys.length - 2} more</span>}
          </span>
        ))}
      </td>
      <td className="nw q2">{tag.since && <Time at={tag.since} />}</td>
      <td className="nw">
        <Registry tag={tag} />
      </td>
    </tr>
  );
}

/** Every signed tag of a collection, a page at a time: who signed it, since when, and what the registry gives out. */
export function SignedTags({ repository, gun }: { repository: string; gun: string }) {
  const { query } = useAddress();
  const search = query.get('signed') ?? '';
  const wanted = { limit: PAGE, gun, ...(search && { search }) };
  const tags = useLast(useResource('listSignedTags', { params: { repository }, query: wanted }, () => TRUST_EVERY_MS));
  const [rest, setRest] = useState<{ of: string; items: readonly SignedTag[]; next: string | undefined }>();
  const key = `${gun} ${search}`;
  useEffect(() => setRest(undefined), [key]);
  const next = rest?.of === key ? rest.next : tags.data?.next;
  const more = async () => {
    const page = await call('listSignedTags', { params: { repository }, query: { ...wanted, cursor: next } });
    setRest({ of: key, items: [...(rest?.items ?? []), ...page.items], next: page.next });
  };
  return (
    <section>
      <h2 className="sec">
        Signed tags <small>which image, by whom, since when, and what the registry gives out</small>
      </h2>
      <Loaded resource={tags} what="The signed tags could not be listed.">
        {(data) => {
          const items = [...data.items, ...(rest?.of === key ? rest.items : [])];
          return (
            <>
              {(data.total > 20 || search) && (
                <div className="filters">
                  <FilterInput
                    label="Filter signed tags"
                    placeholder="Filter by tag"
                    value={search}
                    onFilter={(text) => navigate(withQuery({ signed: text.trim() }), { replace: true })}
                  />
                </div>
              )}
              <div className="box">
                {items.length === 0 ? (
                  <Empty title={search ? `No signed tag has “${search}” in its name` : 'No tag is signed'} />
                ) : (
                  <div className="scroll" tabIndex={0} role="region" aria-label="Signed tags">
                    <table className="cards signed-tags">
                      <thead>
                        <tr>
                          <th scope="col">Tag</th>
                          <th scope="col">Signed digest</th>
                          <th scope="col">Signed by</th>
                          <th scope="col">Since</th>
                          <th scope="col">Registry</th>
                        </tr>
                      </thead>
                      <tbody>
                        {items.map((tag) => (
                          <Row key={tag.tag} repository={repository} tag={tag} />
                        ))}
                      </tbody>
                    </table>
                  </div>
                )}
                {items.length > 0 && (
                  <div className="foot-row">
                    <span>
                      {count(items.length)} of {counted(data.total, 'signed tag')}, by name
                    </span>
                    {next && (
                      <button type="button" className="link" onClick={() => void more()}>
                        Show more
                      </button>
                    )}
                  </div>
                )}
              </div>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
