import { useEffect, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { forgetAll, refresh } from '../api/resource.ts';
import { Icon } from '../parts/marks.tsx';
import { themes, useDensity, useTheme } from './preferences.ts';
import { Link, navigate, useAddress } from './router.tsx';
import { useMe } from './session.tsx';

function initials(name: string): string {
  const parts = name.split(/[-_. ]+/).filter(Boolean);
  return (parts.length > 1 ? `${parts[0]![0]}${parts[1]![0]}` : name.slice(0, 2)).toUpperCase();
}

/** Theme, density, keys, one's account and the way out. */
export function PersonMenu({ showKeys }: { showKeys: () => void }) {
  const me = useMe();
  const { full } = useAddress();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useTheme();
  const [density, setRoomy] = useDensity();
  useEffect(() => setOpen(false), [full]);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
    };
  }, [open]);
  const leave = async () => {
    await call('signOut', {}).catch(() => {});
    forgetAll();
    refresh('getMe');
    navigate('/signin');
  };
  return (
    <div className="person" ref={box}>
      {!me.name && (
        <Link className="btn" href={`/signin?next=${encodeURIComponent(full)}`}>
          Sign in
        </Link>
      )}
      <button
        type="button"
        className={me.name ? 'who' : 'btn quiet icon'}
        aria-expanded={open}
        aria-controls="person-menu"
        onClick={() => setOpen(!open)}
      >
        {me.name ? <span aria-hidden="true">{initials(me.name)}</span> : <Icon name="theme" />}
        <span className="sr">{me.name ? `Account and settings of ${me.name}` : 'Settings'}</span>
      </button>
      {open && (
        <div className="menu-box" id="person-menu">
          {me.name && (
            <p className="menu-who">
              <b>{me.name}</b>
              {me.administrator && <span className="q3">administrator</span>}
            </p>
          )}
          <fieldset>
            <legend>Theme</legend>
            <span className="seg">
              {themes.map((each) => (
                <button key={each} type="button" aria-pressed={theme === each} onClick={() => setTheme(each)}>
                  {each}
                </button>
              ))}
            </span>
          </fieldset>
          <fieldset>
            <legend>Rows</legend>
            <span className="seg">
              {(['compact', 'roomy'] as const).map((each) => (
                <button
                  key={each}
                  type="button"
                  aria-pressed={density === each}
                  onClick={() => setRoomy(each === 'roomy')}
                >
                  {each}
                </button>
              ))}
            </span>
          </fieldset>
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              setOpen(false);
              showKeys();
            }}
          >
            Keys <kbd>?</kbd>
          </button>
          {me.name && (
            <>
              <Link className="menu-item" href="/account">
                Password and tokens
              </Link>
              <button type="button" className="menu-item" onClick={() => void leave()}>
                Sign out
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
