import { useSyncExternalStore } from 'react';
import { type Client, isClient } from '../model/clients.ts';

const watchers = new Set<() => void>();

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is closed to this page: the choice lasts as long as the page.
  }
  for (const told of watchers) told();
}

function usePreference(name: string): string | null {
  return useSyncExternalStore(
    (told) => {
      watchers.add(told);
      return () => watchers.delete(told);
    },
    () => read(name),
  );
}

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export function useTheme(): [Theme, (theme: Theme) => void] {
  const stored = usePreference('assay-theme');
  const theme = stored === 'light' || stored === 'dark' ? stored : 'system';
  return [
    theme,
    (next) => {
      if (next === 'system') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = next;
      write('assay-theme', next === 'system' ? undefined : next);
    },
  ];
}

export function useDensity(): ['compact' | 'roomy', (roomy: boolean) => void] {
  const stored = usePreference('assay-density');
  return [
    stored === 'roomy' ? 'roomy' : 'compact',
    (roomy) => {
      if (roomy) document.documentElement.dataset['density'] = 'roomy';
      else delete document.documentElement.dataset['density'];
      write('assay-density', roomy ? 'roomy' : undefined);
    },
  ];
}

/** The client whose commands are shown. */
export function useClient(): [Client, (client: Client) => void] {
  const stored = usePreference('assay-client');
  return [isClient(stored) ? stored : 'docker', (client) => write('assay-client', client)];
}

/** Whether single keys do anything. */
export function useKeysOn(): [boolean, (on: boolean) => void] {
  const stored = usePreference('assay-keys');
  return [stored !== 'off', (on) => write('assay-keys', on ? undefined : 'off')];
}
