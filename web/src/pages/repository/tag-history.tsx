import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Icon } from '../../parts/marks.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, navigate, withQuery } from '../../shell/router.tsx';
import { ConfirmByName } from './confirm-by-name.tsx';

/** What a tag named before: who moved it, when, from what. */
export function TagHistory({ repository, tag, mayDelete }: { repository: string; tag: string; mayDelete: boolean }) {
  const history = useResource('tagHistory', { params: { repository, tag } });
  const remove = useAction(async () => {
    await call('deleteTag', { params: { repository, tag } });
    refresh('listTags', 'getImage');
    navigate(withQuery({ tag: undefined }), { keepScroll: true });
  });
  return (
    <aside className="drawer" aria-labelledby="history-h">
      <header>
        <h2 id="history-h">
          History of <span className="mono">{tag}</span>
          <Link
            className="btn quiet icon x"
            aria-label="Close"
            data-key="Escape"
            href={withQuery({ tag: undefined })}
            keepScroll
          >
            <Icon name="x" />
          </Link>
        </h2>
      </header>
      <div className="pad">
        <Loaded resource={history} what="The history could not be read." rows={2}>
          {(data) => (
            <ol className="moves">
              {data.items.map((change) => (
                <li key={change.changedAt + (change.digest ?? '')}>
                  <p>
                    <b>{change.digest === undefined ? 'Deleted' : change.previous === undefined ? 'Set' : 'Moved'}</b>{' '}
                    <span className="q3">
                      <Time at={change.changedAt} /> by {change.changedBy}
                    </span>
                  </p>
                  {change.digest !== undefined && (
                    <p>
                      <Link href={imageAddress(repository, change.digest)}>
                        <DigestText digest={change.digest} copy={false} />
                      </Link>
                    </p>
                  )}
                  {change.previous !== undefined && (
                    <p className="q3">
                      before <DigestText digest={change.previous} copy={false} />
                    </p>
                  )}
                </li>
              ))}
            </ol>
          )}
        </Loaded>
        {mayDelete && (
          <details className="danger">
            <summary>Delete this tag</summary>
            <p className="q2">The manifest stays and can be pulled by its digest.</p>
            <ConfirmByName name={tag} action="Delete tag" busy={remove.busy} onConfirm={() => void remove.run()} />
            <Refused error={remove.error} />
          </details>
        )}
      </div>
    </aside>
  );
}
