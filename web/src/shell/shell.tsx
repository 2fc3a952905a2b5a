import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useReachable, useResource } from '../api/resource.ts';
import { Glyph, Icon, type IconName } from '../parts/marks.tsx';
import { Time } from '../parts/time.tsx';
import { KeyList } from './key-list.tsx';
import { useKeys } from './keys.tsx';
import { PersonMenu } from './person-menu.tsx';
import { Link, navigate, useAddress } from './router.tsx';
import { useMe } from './session.tsx';

interface Place {
  readonly group: string;
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  readonly owns: RegExp;
}

const places: readonly Place[] = [
  {
    group: 'Images',
    label: 'Repositories',
    href: '/repositories',
    icon: 'repo',
    owns: /^\/(?:$|repositories|r\/|new)/,
  },
  { group: 'Images', label: 'Vulnerabilities', href: '/search', icon: 'bug', owns: /^\/(?:search|vulnerabilities)/ },
  { group: 'Policy', label: 'Policies', href: '/policies', icon: 'rule', owns: /^\/policies/ },
  { group: 'Policy', label: 'Denials', href: '/denials', icon: 'gate', owns: /^\/denials/ },
  { group: 'Policy', label: 'Quarantine', href: '/quarantine', icon: 'x', owns: /^\/quarantine/ },
  { group: 'Policy', label: 'Channels', href: '/channels', icon: 'rows', owns: /^\/channels/ },
  { group: 'House', label: 'Activity', href: '/activity', icon: 'log', owns: /^\/activity/ },
  { group: 'House', label: 'Advisories', href: '/advisories', icon: 'feed', owns: /^\/advisories/ },
  { group: 'House', label: 'Notifications', href: '/notifications', icon: 'log', owns: /^\/notifications/ },
  { group: 'House', label: 'Organisations', href: '/organisations', icon: 'team', owns: /^\/organisations/ },
  { group: 'House', label: 'Audit', href: '/audit', icon: 'rule', owns: /^\/audit/ },
  { group: 'House', label: 'Directories', href: '/directories', icon: 'key', owns: /^\/directories/ },
  { group: 'House', label: 'Accounts', href: '/accounts', icon: 'person', owns: /^\/accounts/ },
];

export function Brand() {
  return (
    <Link className="brand" href="/repositories" aria-label="Assay">
      <svg aria-hidden="true">
        <use href="#logo" />
      </svg>
      <span>Assay</span>
    </Link>
  );
}

function Search() {
  const { path, query } = useAddress();
  const field = useRef<HTMLInputElement>(null);
  const asked = path === '/search' ? (query.get('q') ?? '') : '';
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = asked;
  }, [asked]);
  const go = (event: FormEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim();
    if (text) navigate(`/search?q=${encodeURIComponent(text)}`);
  };
  return (
    <form className="find" role="search" onSubmit={go}>
      <Icon name="find" />
      <input
        ref={field}
        type="search"
        aria-label="Search"
        placeholder="Repository, package, CVE"
        defaultValue={asked}
        maxLength={200}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

const WEEK = 7 * 24 * 3600_000;

function Rail({ open }: { open: boolean }) {
  const me = useMe();
  const { path } = useAddress();
  const repositories = useResource('listRepositories', { query: { limit: 1 } });
  const advisories = useResource('getAdvisories', {});
  const shown = places.filter(
    ({ href }) =>
      (!/^\/(?:accounts|directories)/.test(href) || me.administrator) &&
      (!/^\/(?:notifications|organisations|audit|policies|denials|quarantine|channels)/.test(href) ||
        me.name !== undefined),
  );
  const feeds = advisories.data?.feeds ?? [];
  const newest = feeds
    .map((feed) => feed.importedAt)
    .sort()
    .at(-1);
  return (
    <nav className={`rail ${open ? 'open' : ''}`} aria-label="Main" id="rail">
      {['Images', 'Policy', 'House']
        .filter((group) => shown.some((place) => place.group === group))
        .map((group) => (
          <div key={group} className="rail-group">
            <h2>{group}</h2>
            {shown
              .filter((place) => place.group === group)
              .map(({ label, href, icon, owns }) => (
                <Link key={href} href={href} aria-current={owns.test(path) ? 'page' : undefined}>
                  <Icon name={icon} />
                  {label}
                  {href === '/repositories' && repositories.data && (
                    <span className="n">{repositories.data.total.toLocaleString('en')}</span>
                  )}
                </Link>
              ))}
          </div>
        ))}
      <div className="foot">
        {advisories.data && (
          <div>
            <Glyph tone={newest === undefined ? 'unknown' : Date.now() - Date.parse(newest) > WEEK ? 'warn' : 'ok'} />
            {newest ? (
              <span>
                Advisories <Time at={newest} />
              </span>
            ) : (
              'No advisories yet'
            )}
          </div>
        )}
        <div>Assay {me.version}</div>
      </div>
    </nav>
  );
}

/** Bar, rail and the place where the pages go. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const connected = useReachable();
  const { full, path } = useAddress();
  const [railOpen, setRailOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  useKeys(useCallback(() => setKeysOpen((open) => !open), []));
  useEffect(() => setRailOpen(false), [full]);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true });
  }, [path]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="shell">
        <header className="bar">
          <button
            type="button"
            className="btn quiet icon menu"
            aria-label="Menu"
            aria-expanded={railOpen}
            aria-controls="rail"
            onClick={() => setRailOpen(!railOpen)}
          >
            <Icon name="menu" />
          </button>
          <Brand />
          <Search />
          <div className="end">
            <span className="inst q3">{me.registryHost}</span>
            <PersonMenu showKeys={() => setKeysOpen(true)} />
          </div>
        </header>
        {!connected && (
          <p className="offline" role="status">
            The registry does not answer. What is shown is what was last known; changes wait until it does.
          </p>
        )}
        <Rail open={railOpen} />
        <main className="main" id="main" tabIndex={-1}>
          {me.initialPassword && path !== '/account' && (
            <div className="notice top-notice">
              <Glyph tone="warn" label="Caution" />
              <span>This is still the password that the first start made.</span>
              <Link href="/account">Change it</Link>
            </div>
          )}
          {children}
        </main>
      </div>
      {keysOpen && <KeyList close={() => setKeysOpen(false)} />}
    </>
  );
}
