import { createContext, type ReactNode, useContext } from 'react';
import type { Answer } from '../api/client.ts';

export type Me = Answer<'getMe'>;

const MeContext = createContext<Me | undefined>(undefined);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who looks at the console; anonymous visitors have no name. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe stands outside of MeProvider');
  return me;
}
