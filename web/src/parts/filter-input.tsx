import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 120;

/** A filter whose text is in the address: typing tells it after a pause, and a cleared address clears the field. */
export function FilterInput({
  label,
  placeholder,
  value,
  onFilter,
}: {
  label: string;
  placeholder: string;
  value: string;
  onFilter: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const tell = useRef(onFilter);
  tell.current = onFilter;
  useEffect(() => {
    if (document.activeElement !== field.current) setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value || document.activeElement !== field.current) return undefined;
    const timer = setTimeout(() => tell.current(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      ref={field}
      className="grow"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
