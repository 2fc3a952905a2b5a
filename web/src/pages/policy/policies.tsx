import { useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { counted } from '../../model/format.ts';
import { gateNames } from '../../model/verdict.ts';
import { Glyph } from '../../parts/marks.tsx';
import { PageHead, Segment } from '../../parts/page.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { PolicyEditor } from './editor.tsx';
import { Exceptions } from './exceptions.tsx';

const modes = { enforce: ['ok', 'enforced'], warn: ['warn', 'warns'], audit: ['none', 'only recorded'] } as const;

function beginning(organisation: string | undefined): string {
  return `policy: patched-and-signed
${organisation === undefined ? '' : `organisation: ${organisation}\n`}description: What runs is signed, patched and does not run as root.
mode: audit            # then warn, then enforce
gates: [pull, deploy, run]
rules:
  - signed: true
  - vulnerabilities: { atLeast: critical, fixable: true }
  - exploited: none
  - secrets: none
  - user: not-root
`;
}

/** Policies of an organisation or of the house, and an editor that tries them on real images. */
export function PoliciesPage() {
  const me = useMe();
  const { query } = useAddress();
  const organisations = useResource('listOrganisations', me.name === undefined ? undefined : {});
  const known = organisations.data?.items ?? [];
  const organisation = query.get('organisation') ?? (me.administrator ? undefined : known[0]?.name);
  const ready = me.administrator || organisation !== undefined;
  const policies = useResource(
    'listPolicies',
    me.name === undefined || !ready ? undefined : { query: { ...(organisation !== undefined && { organisation }) } },
  );
  const [open, setOpen] = useState<string>();
  const remove = useAction(async (name: string, of: string | undefined) => {
    await call('deletePolicy', { params: { name }, query: { ...(of !== undefined && { organisation: of }) } });
    refresh('listPolicies', 'getVerdicts');
  });
  const chosen = policies.data?.items.find((each) => `${each.organisation ?? ''}/${each.name}` === open);
  return (
    <>
      <PageHead
        title="Policies"
        name="Policies"
        actions={
          <button type="button" className="btn primary" onClick={() => setOpen('new')}>
            New policy
          </button>
        }
      >
        <p className="sub">
          Rules that decide at build, push, pull, deploy and run. Each is one visible expression; the same one at every
          gate.
        </p>
      </PageHead>
      {known.length > 0 && (
        <div className="filters">
          <Segment
            label="Where"
            current={organisation ?? ''}
            items={[
              ...(me.administrator
                ? [{ id: '', label: 'Everywhere', href: withQuery({ organisation: undefined }) }]
                : []),
              ...known.slice(0, 8).map(({ name }) => ({
                id: name,
                label: name,
                href: withQuery({ organisation: name }),
              })),
            ]}
          />
        </div>
      )}
      <div className="stack">
        {open !== undefined && (open === 'new' || chosen) && (
          <PolicyEditor
            key={open}
            text={chosen?.text ?? beginning(organisation)}
            done={() => setOpen(undefined)}
            title={chosen ? `${chosen.name}, version ${chosen.version}` : 'New policy'}
          />
        )}
        <section className="box">
          <Loaded resource={policies} what="The policies could not be listed." rows={4}>
            {({ items }) => (
              <Rows
                head={['Policy', 'Where', 'Mode', 'Gates', 'Rules', 'Changed']}
                empty="No policies: every gate is open"
                rows={items.map((each) => {
                  const [tone, words] = modes[each.mode];
                  const id = `${each.organisation ?? ''}/${each.name}`;
                  return {
                    key: id,
                    cells: [
                      <button key="name" type="button" className="link" onClick={() => setOpen(id)}>
                        {each.name}
                      </button>,
                      each.organisation ?? 'the whole house',
                      <span key="mode" className="v">
                        <Glyph tone={tone} /> {words}
                      </span>,
                      each.gates.map((gate) => gateNames[gate].toLowerCase()).join(', '),
                      counted(each.rules.length, 'rule'),
                      <span key="at">
                        <Time at={each.updatedAt} /> by {each.updatedBy}
                      </span>,
                    ],
                    action: (
                      <RowButton
                        of={each.name}
                        busy={remove.busy}
                        onClick={() => void remove.run(each.name, each.organisation)}
                      >
                        Remove
                      </RowButton>
                    ),
                  };
                })}
              />
            )}
          </Loaded>
          <Refused error={remove.error} />
        </section>
        {ready && <Exceptions organisation={organisation} />}
        <p className="q2">
          <Link href="/denials">What was refused</Link> · <Link href="/quarantine">Quarantine</Link>
        </p>
      </div>
    </>
  );
}
