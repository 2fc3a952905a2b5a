import { useEffect, useRef } from 'react';
import { Icon } from '../parts/marks.tsx';
import { keyTable } from './keys.tsx';
import { useKeysOn } from './preferences.ts';

/** All keys, and the switch that turns them off. */
export function KeyList({ close }: { close: () => void }) {
  const [on, setOn] = useKeysOn();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
  }, []);
  return (
    <dialog ref={box} className="keylist" aria-labelledby="keys-h" onClose={close} onCancel={close}>
      <header>
        <h2 id="keys-h">Keys</h2>
        <button type="button" className="btn quiet icon" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <dl>
        {keyTable.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(/ +/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} />
        Single keys do something
      </label>
    </dialog>
  );
}
