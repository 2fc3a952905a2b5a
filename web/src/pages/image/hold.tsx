import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Field } from '../../parts/asked.tsx';
import { Refused } from '../../parts/states.tsx';

/** Holding an image back from every gate at once, or letting it go; for those who manage the repository. */
export function Hold({ repository, reference }: { repository: string; reference: string }) {
  const known = useResource('getRepository', { params: { repository } });
  const set = useAction(async (state: 'held' | 'released', reason: string) => {
    await call('setRelease', { params: { repository, reference }, body: { state, reason } });
    refresh('getVerdicts', 'listReleases');
  });
  if (!known.data?.rights.includes('manage')) return null;
  return (
    <section className="box">
      <h2 className="box-h">
        Quarantine <small>your word and its reason stand in the audit</small>
      </h2>
      <form
        className="pad form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const pressed = event.nativeEvent.submitter?.getAttribute('value');
          const state = pressed === 'released' ? 'released' : 'held';
          void set.run(state, typed(new FormData(form), 'reason').trim()).then((done) => done && form.reset());
        }}
      >
        <div className="rowf">
          <Field label="Why" name="reason" required maxLength={1000} />
          <button type="submit" value="held" className="btn" disabled={set.busy}>
            Hold back
          </button>
          <button type="submit" value="released" className="btn" disabled={set.busy}>
            Let go
          </button>
        </div>
        <Refused error={set.error} />
      </form>
    </section>
  );
}
