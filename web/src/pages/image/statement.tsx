import { useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { counted } from '../../model/format.ts';
import { typed } from '../../model/form.ts';
import type { Report } from '../../model/severity.ts';
import { Choice } from '../../parts/asked.tsx';
import { Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import type { Image } from './image.tsx';

/** Everything that a statement changes. */
function refreshJudged(): void {
  refresh('getReport', 'getImage', 'listFindings', 'getVerdicts', 'getHealth', 'listTags', 'listReferrers');
}

function useMayState(repository: string): boolean {
  const known = useResource('getRepository', { params: { repository } });
  return known.data?.rights.includes('manage') === true;
}

const statuses = [
  ['not_affected', 'not affected'],
  ['affected', 'affected'],
  ['fixed', 'fixed'],
  ['under_investigation', 'looked into'],
] as const;
const justifications = [
  ['', 'as the words say'],
  ['component_not_present', 'the component is not there'],
  ['vulnerable_code_not_present', 'the code is not there'],
  ['vulnerable_code_not_in_execute_path', 'the code is never run'],
  ['vulnerable_code_cannot_be_controlled_by_adversary', 'no attacker reaches the code'],
  ['inline_mitigations_already_exist', 'it is mitigated already'],
] as const;

/** Says whether a vulnerability affects the image (VEX); for those who manage the repository. */
export function StatementForm({ image, id }: { image: Image; id: string }) {
  const may = useMayState(image.repository);
  const [chosen, setChosen] = useState<string>('not_affected');
  const status = statuses.find(([each]) => each === chosen)?.[0] ?? 'not_affected';
  const add = useAction(async (form: FormData) => {
    const words = typed(form, 'words').trim();
    const justification = justifications.find(([value]) => value === typed(form, 'justification'))?.[0] ?? '';
    await call('addStatement', {
      params: { repository: image.repository, reference: image.digest },
      body: {
        vulnerability: id,
        status,
        ...(status === 'not_affected' && justification !== '' && { justification }),
        ...(words !== '' && { words }),
      },
    });
    refreshJudged();
  });
  if (!may) return null;
  return (
    <li data-n="7">
      <h3>Does it apply?</h3>
      <details>
        <summary>Say whether it affects this image</summary>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void add.run(new FormData(event.currentTarget));
          }}
        >
          <div className="rowf">
            <Choice label="It is" name="status" value={status} options={statuses} onChange={setChosen} />
            {status === 'not_affected' && (
              <Choice
                label="Because"
                name="justification"
                value="vulnerable_code_not_in_execute_path"
                options={justifications}
              />
            )}
          </div>
          <label className="f">
            {status === 'affected' ? 'What to do about it' : 'In words'}
            <textarea name="words" rows={2} maxLength={4000} required={status === 'affected'} />
          </label>
          <div className="rowf">
            <button type="submit" className="btn primary" disabled={add.busy}>
              State it
            </button>
          </div>
          <p className="q3 small">
            In force at once, also at gates, in your name and in the audit; published beside the image as VEX.
          </p>
          <Refused error={add.error} />
        </form>
      </details>
    </li>
  );
}

type Aside = NonNullable<Report['suppressed']>[number];

/** What statements took out of the count, by whom and why; never hidden. */
export function SetAside({ image, report }: { image: Image; report: Report }) {
  const may = useMayState(image.repository);
  const withdraw = useAction(async (id: string) => {
    await call('withdrawStatement', { params: { repository: image.repository, reference: image.digest, id } });
    refreshJudged();
  });
  const aside = report.suppressed ?? [];
  if (aside.length === 0) return null;
  const groups = [...Map.groupBy(aside, ({ finding, because }) => `${because.statement ?? ''} ${finding.id}`).values()];
  return (
    <section className="box">
      <h2 className="box-h">
        Set aside <small>{counted(groups.length, 'finding')} that statements take out of the count</small>
      </h2>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">Vulnerability</th>
            <th scope="col">Packages</th>
            <th scope="col">Stated</th>
            <th scope="col">By</th>
            <th scope="col">
              <span className="sr">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((some) => (
            <AsideRow
              key={`${some[0]!.because.statement} ${some[0]!.finding.id}`}
              some={some}
              busy={withdraw.busy}
              {...(may && { withdraw: (id: string) => void withdraw.run(id) })}
            />
          ))}
        </tbody>
      </table>
      <Refused error={withdraw.error} />
    </section>
  );
}

function AsideRow({
  some,
  busy,
  withdraw,
}: {
  some: readonly Aside[];
  busy: boolean;
  withdraw?: (id: string) => void;
}) {
  const { finding, because } = some[0]!;
  const names = some.flatMap((each) => (each.finding.kind === 'vulnerability' ? [each.finding.package.name] : []));
  const { statement } = because;
  return (
    <tr>
      <td className="t mono">{finding.id}</td>
      <td>{[...new Set(names)].join(', ')}</td>
      <td>
        {because.status.replaceAll('-', ' ')}
        <div className="q3 small">{because.reason.replaceAll('_', ' ')}</div>
      </td>
      <td>
        {because.author ?? because.source}
        {because.statedAt !== undefined && (
          <div className="q3 small">
            <Time at={because.statedAt} />
          </div>
        )}
      </td>
      <td>
        {withdraw && statement !== undefined && (
          <button type="button" className="btn" disabled={busy} onClick={() => withdraw(statement)}>
            Withdraw
          </button>
        )}
      </td>
    </tr>
  );
}
