import type { ReactNode } from 'react';
import { loginCommand, pushCommands } from '../model/clients.ts';
import { useClient } from '../shell/preferences.ts';
import { useMe } from '../shell/session.tsx';
import { ClientChoice } from './client-choice.tsx';
import { Command } from './copy.tsx';

export function Step({
  n,
  title,
  done = false,
  children,
}: {
  n: number;
  title: string;
  done?: boolean;
  children: ReactNode;
}) {
  return (
    <li>
      <span className={`punch ${done ? '' : 'todo'}`} aria-hidden="true">
        {n}
      </span>
      <div className="body">
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  );
}

/** The exact commands that put the first image into a repository, for the client one uses. */
export function PushSteps({
  repository,
  tag = 'latest',
  local = 'IMAGE',
  children,
}: {
  repository: string;
  tag?: string;
  local?: string;
  children?: ReactNode;
}) {
  const me = useMe();
  const [client] = useClient();
  return (
    <>
      <div className="filters">
        <ClientChoice />
      </div>
      <ol className="steps">
        <Step n={1} title="Sign in" done>
          <p className="q2">With the password of this console, or better with a personal token.</p>
          <Command line={loginCommand(client, me.registryHost, me.name ?? 'NAME')} />
        </Step>
        <Step n={2} title="Push an image" done>
          {pushCommands(client, me.registryHost, repository, tag, local).map((line) => (
            <Command key={line} line={line} />
          ))}
        </Step>
        {children}
      </ol>
    </>
  );
}
