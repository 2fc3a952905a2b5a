import { fieldsOf, type Kind, type SettingField, shownSetting } from '../model/directory-settings.ts';
import { Choice, Field } from '../parts/asked.tsx';

type Known = Readonly<Record<string, unknown>>;

function Setting({ field, settings }: { field: SettingField; settings: Known }) {
  const { name, label, form, required, placeholder } = field;
  const value = shownSetting(field, settings);
  const hint = placeholder === undefined ? {} : { placeholder };
  if (form === 'check')
    return (
      <label className="check">
        <input type="checkbox" name={name} defaultChecked={settings[name] === true} /> {label}
      </label>
    );
  if (form === 'text' || form === 'number')
    return (
      <Field
        label={label}
        name={name}
        type={form === 'number' ? 'number' : 'text'}
        defaultValue={value}
        maxLength={1000}
        {...hint}
        {...(required && { required })}
      />
    );
  if (typeof form !== 'string') return <Choice label={label} name={name} options={form} value={value || form[0]![0]} />;
  return (
    <label className="f">
      {label}
      <textarea
        name={name}
        rows={form === 'json' ? 8 : 3}
        spellCheck={false}
        className="mono"
        defaultValue={value}
        required={required === true}
        {...hint}
      />
    </label>
  );
}

/** The settings of a directory, the usual ones first; what is left empty keeps the server's default. */
export function DirectoryFields({ kind, settings }: { kind: Kind; settings: Known }) {
  const fields = fieldsOf[kind];
  const show = (some: readonly SettingField[]) =>
    some.map((field) => <Setting key={field.name} field={field} settings={settings} />);
  const more = fields.filter((field) => field.more);
  return (
    <>
      {show(fields.filter((field) => !field.more))}
      {more.length > 0 && (
        <details>
          <summary>More settings</summary>
          <div className="form gap-top">{show(more)}</div>
        </details>
      )}
    </>
  );
}
