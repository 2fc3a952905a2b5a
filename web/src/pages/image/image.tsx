import { useEffect, useRef } from 'react';
import type { Answer } from '../../api/client.ts';
import { refresh, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { pullCommand } from '../../model/clients.ts';
import { size } from '../../model/format.ts';
import { platformName, platformsOf, shownPlatform } from '../../model/platforms.ts';
import { isKnown, isRunning } from '../../model/standing.ts';
import { observationsOf } from '../../model/observations.ts';
import { rowsOf } from '../../model/cures.ts';
import { ClientChoice } from '../../parts/client-choice.tsx';
import { Command, DigestText } from '../../parts/copy.tsx';
import { ImageName, PageHead, Segment, Tabs } from '../../parts/page.tsx';
import { Bones, Empty, Failed } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { useClient } from '../../shell/preferences.ts';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { crumbsOf } from '../repository/repository.tsx';
import { Compare } from './compare.tsx';
import { Configuration } from './configuration.tsx';
import { Findings } from './findings.tsx';
import { Hygiene } from './hygiene.tsx';
import { Layers } from './layers.tsx';
import { PolicyTab } from './policy.tsx';
import { Packages } from './packages.tsx';
import { Raw } from './raw.tsx';
import { Referrers } from './referrers.tsx';
import { Summary } from './summary.tsx';
import { TrustTab } from './trust.tsx';

export type Image = Answer<'getImage'>;

function again(image: Image, asked: number): number | undefined {
  return isRunning(image.judgement) ? Math.min(5000, 500 + asked * 150) : 30_000;
}

function PullLine({ repository, digest }: { repository: string; digest: string }) {
  const me = useMe();
  const [client] = useClient();
  return (
    <div className="pull">
      <ClientChoice />
      <div className="pull-cmd" data-key="c">
        <Command line={pullCommand(client, me.registryHost, repository, digest)} />
      </div>
    </div>
  );
}

function Facts({ image, reference, shown, top }: { image: Image; reference: string; shown: Image; top: Image }) {
  const platforms = platformsOf(top);
  const others = image.tags.filter((tag) => tag !== reference);
  return (
    <div className="facts">
      {platforms.length > 1 ? (
        <Segment
          label="Platform"
          current={shown.digest}
          items={platforms.map(({ digest, platform }) => ({
            id: digest,
            label: platformName(platform),
            href: withQuery({ platform: platformName(platform), finding: undefined }),
          }))}
        />
      ) : (
        shown.platform && <span>{platformName(shown.platform)}</span>
      )}
      {top.digest !== shown.digest && (
        <span>
          index <DigestText digest={top.digest} />
        </span>
      )}
      <span data-key="y" className="dig-key">
        <DigestText digest={shown.digest} />
      </span>
      {shown.createdAt && (
        <span className="hide-s">
          built <Time at={shown.createdAt} />
        </span>
      )}
      <span className="hide-s">{size(shown.size)}</span>
      {others.length > 0 && (
        <span>
          also tagged
          {others.slice(0, 6).map((tag) => (
            <Link key={tag} className="mono" href={imageAddress(image.repository, tag)}>
              {tag}
            </Link>
          ))}
          {others.length > 6 && `and ${others.length - 6} more`}
        </span>
      )}
    </div>
  );
}

const tabNames = [
  'report',
  'policy',
  'trust',
  'findings',
  'hygiene',
  'packages',
  'compare',
  'layers',
  'configuration',
  'referrers',
  'raw',
] as const;
type TabName = (typeof tabNames)[number];

function Body({ top, image, reference }: { top: Image; image: Image; reference: string }) {
  const { query } = useAddress();
  const isImage = image.kind === 'image';
  const judged = isImage && image.judgement.counts !== undefined;
  const params = { repository: image.repository, reference: image.digest };
  const report = useResource('getReport', judged ? { params, query: {} } : undefined);
  const { judgedAt } = image.judgement;
  const seen = useRef(judgedAt);
  useEffect(() => {
    if (seen.current !== judgedAt) refresh('getReport');
    seen.current = judgedAt;
  }, [judgedAt]);
  const allowed: readonly TabName[] = isImage ? tabNames : ['referrers', 'policy', 'trust', 'raw'];
  const asked = tabNames.find((each) => each === query.get('tab'));
  const tab = asked && allowed.includes(asked) ? asked : allowed[0]!;
  const counts: Partial<Record<TabName, number | undefined>> = {
    findings: isKnown(image.judgement) && report.data ? rowsOf(report.data.findings).length : undefined,
    hygiene: report.data ? observationsOf(report.data.findings).length || undefined : undefined,
    packages: image.judgement.packages || undefined,
    layers: image.layers?.filter((layer) => !layer.empty).length,
  };
  const trust = useResource('getImageTrust', { params: { repository: image.repository, reference } }, () => 15_000);
  const verdicts = useResource('getVerdicts', { params: { repository: image.repository, reference } }, () => 15_000);
  const pinned = imageAddress(image.repository, reference);
  const platform = query.get('platform') ?? undefined;
  return (
    <>
      <Tabs
        label="Image"
        current={tab}
        items={allowed.map((id) => ({
          id,
          label: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
          count: counts[id],
          href: withQuery({ tab: id === allowed[0] ? undefined : id, platform }, pinned),
        }))}
      />
      {tab === 'report' && (
        <Summary
          top={top}
          image={image}
          report={report}
          trust={trust.data}
          verdicts={verdicts.data?.items}
          named={reference}
        />
      )}
      {tab === 'policy' && <PolicyTab repository={image.repository} reference={reference} verdicts={verdicts} />}
      {tab === 'trust' && <TrustTab repository={image.repository} reference={reference} trust={trust} />}
      {tab === 'findings' && <Findings image={image} report={report} />}
      {tab === 'hygiene' && <Hygiene image={image} report={report} />}
      {tab === 'packages' && <Packages image={image} report={report} />}
      {tab === 'compare' && <Compare image={image} />}
      {tab === 'layers' && <Layers image={image} report={report.data} />}
      {tab === 'configuration' && <Configuration image={image} />}
      {tab === 'referrers' && <Referrers repository={image.repository} digest={top.digest} />}
      {tab === 'raw' && (
        <Raw
          repository={image.repository}
          digest={image.digest}
          {...(top.digest !== image.digest && { index: top.digest })}
        />
      )}
    </>
  );
}

/** One image: an index is read through the platform one chose. */
export function ImagePage({ repository, reference }: { repository: string; reference: string }) {
  const me = useMe();
  const { query, full } = useAddress();
  const top = useResource('getImage', { params: { repository, reference } }, again);
  const chosen = top.data && shownPlatform(top.data, query.get('platform'));
  const child = useResource(
    'getImage',
    chosen ? { params: { repository, reference: chosen.digest } } : undefined,
    again,
  );
  const image = top.data && (chosen ? child.data : top.data);
  return (
    <>
      <PageHead
        crumbs={crumbsOf(repository, true)}
        title={<ImageName repository={repository} reference={reference} />}
        name={`${repository}${reference.includes(':') ? '@' : ':'}${reference.slice(0, 40)}`}
        actions={
          image && (
            <button type="button" className="btn" onClick={() => print()}>
              Print
            </button>
          )
        }
      >
        {top.data && image && <Facts image={top.data} reference={reference} shown={image} top={top.data} />}
      </PageHead>
      {top.data && <PullLine repository={repository} digest={top.data.digest} />}
      {top.data && image ? (
        <Body top={top.data} image={image} reference={reference} />
      ) : (top.error ?? child.error) ? (
        [401, 404].includes((top.error ?? child.error)?.status ?? 0) ? (
          <div className="box">
            <Empty title={me.name ? 'There is no such image' : 'Nothing here that is public'}>
              {me.name ? (
                <Link href={crumbsOf(repository, true).at(-1)!.href}>The repository’s tags</Link>
              ) : (
                <Link href={`/signin?next=${encodeURIComponent(full)}`}>Sign in, if it is yours to see</Link>
              )}
            </Empty>
          </div>
        ) : (
          <Failed
            what="The image could not be read."
            error={(top.error ?? child.error)!}
            retry={() => (top.reload(), child.reload())}
          />
        )
      ) : (
        <Bones rows={8} />
      )}
    </>
  );
}
