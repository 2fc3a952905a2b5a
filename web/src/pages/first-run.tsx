import { useResource } from '../api/resource.ts';
import { Command } from '../parts/copy.tsx';
import { Glyph, Icon } from '../parts/marks.tsx';
import { PageHead } from '../parts/page.tsx';
import { PushSteps, Step } from '../parts/push-steps.tsx';
import { Link } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

/** An empty registry: from here to the first report. The list behind it looks every few seconds whether a push came. */
export function FirstRun() {
  const me = useMe();
  const advisories = useResource('getAdvisories', {});
  const feeds = advisories.data?.feeds.length ?? 0;
  return (
    <>
      <PageHead
        title="This registry is empty"
        name="First image"
        actions={
          <Link className="btn" href="/new">
            New repository
          </Link>
        }
      >
        <p className="sub">Three steps from here to the first report. This page follows along by itself.</p>
      </PageHead>
      <PushSteps repository="try/node" tag="22" local="node:22-bookworm-slim">
        <Step n={3} title="Read the answer">
          <p className="q2">The same report as in this console, in the terminal.</p>
          <Command line={`assay scan ${me.registryHost}/try/node:22`} />
        </Step>
      </PushSteps>
      <p className="q2 wait-line" role="status">
        <span className="pulse" aria-hidden="true" /> Waiting for the first push to {me.registryHost}
      </p>
      <div className="notice narrow gap-bottom">
        <Icon name="key" />
        <span>
          From another machine, trust this registry’s own authority: <code>assay ca {me.registryHost} &gt; ca.crt</code>
        </span>
      </div>
      {advisories.data && feeds === 0 && (
        <div className="notice narrow">
          <Glyph tone="unknown" label="Unknown" />
          <span>No advisories yet: findings stay unknown, not zero.</span>
          <Link href="/advisories">Import a feed</Link>
        </div>
      )}
    </>
  );
}
