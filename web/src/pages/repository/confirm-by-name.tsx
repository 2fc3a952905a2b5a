import { type FormEvent, useState } from 'react';

/** What cannot be undone is confirmed by typing the name of the thing. */
export function ConfirmByName({
  name,
  action,
  busy,
  onConfirm,
}: {
  name: string;
  action: string;
  busy: boolean;
  onConfirm: () => void;
}) {
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name) onConfirm();
  };
  return (
    <form className="rowf confirm" onSubmit={submit}>
      <label className="f">
        Type {name} to confirm
        <input
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
        />
      </label>
      <button type="submit" className="btn" disabled={typed !== name || busy}>
        {action}
      </button>
    </form>
  );
}
