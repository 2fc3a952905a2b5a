import type { Answer } from '../../api/client.ts';
import { useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { sentence } from '../../model/format.ts';
import { type Collection, collectionInWords, coverageInWords, differingRuns } from '../../model/trust.ts';
import { Command } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { Segment } from '../../parts/page.tsx';
import { Loaded, Notice } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { Roles } from './roles.tsx';
import { SignSteps } from './sign-steps.tsx';
import { SignedTags, TRUST_EVERY_MS } from './signed-tags.tsx';

function Banner({ collection }: { collection: Collection }) {
  const { tone, answer, reason } = collectionInWords(collection);
  return (
    <section className={`banner ${tone}`} aria-label="Who signed it">
      <Glyph tone={tone} />
      <strong>{answer}</strong>
      <p>{sentence(reason)}</p>
    </section>
  );
}

function Digits({ digest, other }: { digest: string; other: string }) {
  return (
    <code className="cmp-digest">
      {differingRuns(digest, other).map(({ text, same }, at) =>
        same ? <span key={at}>{text}</span> : <mark key={at}>{text}</mark>,
      )}
    </code>
  );
}

function Differing({ repository, collection }: { repository: string; collection: Collection }) {
  const { total, items } = collection.differing;
  if (total === 0) return null;
  return (
    <section>
      <h2 className="sec">
        Not what was signed <small>the registry gives out another image under these tags</small>
      </h2>
      <ul className="box differing">
        {items.map(({ tag, signed, registry }) => (
          <li key={tag}>
            <p>
              <Link className="name mono" href={imageAddress(repository, tag)}>
                {tag}
              </Link>
            </p>
            <dl className="kv">
              <dt>signed</dt>
              <dd>
                <Link href={imageAddress(repository, signed)}>
                  <Digits digest={signed} other={registry} />
                </Link>
              </dd>
              <dt>given out</dt>
              <dd>
                <Digits digest={registry} other={signed} />
              </dd>
            </dl>
            <p className="q2">Sign the new image if it is yours; else move the tag back to the signed one.</p>
            <Command line={`assay trust sign ${collection.gun}:${tag}`} />
          </li>
        ))}
        {total > items.length && <li className="q2">and {total - items.length} more, marked in the list of tags</li>}
      </ul>
    </section>
  );
}

function Roots({ roots }: { roots: Collection['roots'] }) {
  return (
    <section>
      <h2 className="sec">
        History of roots <small>each is signed by the keys of the one before it</small>
      </h2>
      <ol className="box roots">
        {roots.map((root) => (
          <li key={root.version}>
            <p>
              <b>Root {root.version}</b>{' '}
              <span className="q3">
                published <Time at={root.publishedAt} /> by {root.publishedBy}, good until <Time at={root.expiresAt} />
              </span>
            </p>
            {root.changes.map((change) => (
              <p key={change} className="q2 wrap-any">
                {change}
              </p>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}

function CollectionPanel({ repository, collection }: { repository: string; collection: Collection }) {
  const believable = collection.roles.length > 0;
  return (
    <div className="stack">
      <div className="stack tight">
        <Banner collection={collection} />
        {collection.warnings.map((warning) => (
          <Notice key={warning} tone="warn">
            {sentence(warning)}
          </Notice>
        ))}
        <p className="facts">
          <span>
            signed as <code className="wrap-any">{collection.gun}</code>
          </span>
          <span>
            since <Time at={collection.createdAt} />
          </span>
          {believable && <span>{coverageInWords(collection)}</span>}
        </p>
      </div>
      <Differing repository={repository} collection={collection} />
      {believable && <SignedTags repository={repository} gun={collection.gun} />}
      {believable && <Roles roles={collection.roles} delegations={collection.delegations} />}
      {collection.roots.length > 0 && <Roots roots={collection.roots} />}
    </div>
  );
}

/** Who signs a repository, all of it verified by the server as clients would; how to sign where nobody does. */
export function TrustPanel({ repository }: { repository: string }) {
  const { query } = useAddress();
  const trust = useResource('listTrust', { params: { repository }, query: { limit: 20 } }, () => TRUST_EVERY_MS);
  return (
    <Loaded resource={trust} what="The trust data could not be read.">
      {({ items, signer }: Answer<'listTrust'>) => {
        const shown = items.find(({ gun }) => gun === query.get('gun')) ?? items[0];
        if (!shown)
          return (
            <>
              <h2 className="sec">
                Nobody has signed anything here <small>clients with content trust on refuse to pull from it</small>
              </h2>
              <SignSteps repository={repository} />
            </>
          );
        return (
          <>
            {signer.state === 'down' && (
              <Notice tone="warn">
                The signing service does not answer: pulls go on, publishing does not. {sentence(signer.detail ?? '')}
              </Notice>
            )}
            {items.length > 1 && (
              <div className="filters">
                <Segment
                  label="Signed as"
                  current={shown.gun}
                  items={items.map(({ gun }) => ({ id: gun, label: gun, href: withQuery({ gun, signed: undefined }) }))}
                />
              </div>
            )}
            <CollectionPanel key={shown.gun} repository={repository} collection={shown} />
          </>
        );
      }}
    </Loaded>
  );
}
