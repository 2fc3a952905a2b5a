import type { FormEvent, ReactNode } from 'react';
import type { Action } from '../api/resource.ts';
import { Refused } from './states.tsx';

/** A form in one row under a table, with its button and what was refused. It is emptied when it succeeded. */
export function Asked({
  action,
  button,
  children,
}: {
  action: Action<[FormData]>;
  button: string;
  children: ReactNode;
}) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void action.run(new FormData(form)).then((done) => done && form.reset());
  };
  return (
    <form className="pad form line-top" onSubmit={submit}>
      <div className="rowf">
        {children}
        <button type="submit" className="btn" disabled={action.busy}>
          {button}
        </button>
      </div>
      <Refused error={action.error} />
    </form>
  );
}

export function Field({
  label,
  name,
  ...rest
}: {
  label: string;
  name: string;
  required?: boolean;
  type?: string;
  placeholder?: string;
  maxLength?: number;
  defaultValue?: string;
  autoComplete?: string;
}) {
  return (
    <label className="f">
      {label}
      <input name={name} autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={200} {...rest} />
    </label>
  );
}

export function Choice({
  label,
  name,
  options,
  value,
  onChange,
}: {
  label: string;
  name: string;
  options: readonly (readonly [value: string, words: string])[];
  value?: string;
  onChange?: (value: string) => void;
}) {
  return (
    <label className="f">
      {label}
      <select name={name} defaultValue={value} onChange={(event) => onChange?.(event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
