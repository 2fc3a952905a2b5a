import type { ReactNode } from 'react';
import { useResource } from './api/resource.ts';
import { parseAddress } from './model/addresses.ts';
import { AccountPage } from './pages/account.tsx';
import { AccountsPage } from './pages/accounts.tsx';
import { ActivityPage } from './pages/activity.tsx';
import { AdvisoriesPage } from './pages/advisories.tsx';
import { AuditPage } from './pages/audit.tsx';
import { ChannelsPage } from './pages/channels/channels.tsx';
import { DirectoriesPage } from './pages/directories.tsx';
import { ImagePage } from './pages/image/image.tsx';
import { NewRepositoryPage } from './pages/new-repository.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { NotificationsPage } from './pages/notifications.tsx';
import { OrganisationPage } from './pages/organisation/organisation.tsx';
import { OrganisationsPage } from './pages/organisations.tsx';
import { DenialsPage } from './pages/policy/denials.tsx';
import { PoliciesPage } from './pages/policy/policies.tsx';
import { QuarantinePage } from './pages/policy/quarantine.tsx';
import { RepositoriesPage } from './pages/repositories.tsx';
import { RepositoryPage } from './pages/repository/repository.tsx';
import { SearchPage } from './pages/search.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { VulnerabilityPage } from './pages/vulnerability.tsx';
import { Failed } from './parts/states.tsx';
import { Symbols } from './parts/symbols.tsx';
import { useAddress } from './shell/router.tsx';
import { MeProvider } from './shell/session.tsx';
import { Shell } from './shell/shell.tsx';

const pages: Readonly<Record<string, () => ReactNode>> = {
  repositories: RepositoriesPage,
  new: NewRepositoryPage,
  search: SearchPage,
  activity: ActivityPage,
  advisories: AdvisoriesPage,
  accounts: AccountsPage,
  account: AccountPage,
  organisations: OrganisationsPage,
  notifications: NotificationsPage,
  directories: DirectoriesPage,
  audit: AuditPage,
  policies: PoliciesPage,
  denials: DenialsPage,
  quarantine: QuarantinePage,
  channels: ChannelsPage,
};

function Page() {
  const { path } = useAddress();
  const view = parseAddress(path);
  switch (view.kind) {
    case 'repository':
      return <RepositoryPage key={view.repository} name={view.repository} />;
    case 'image':
      return (
        <ImagePage
          key={`${view.repository} ${view.reference}`}
          repository={view.repository}
          reference={view.reference}
        />
      );
    case 'vulnerability':
      return <VulnerabilityPage id={view.id} />;
    case 'organisation':
      return <OrganisationPage key={view.organisation} name={view.organisation} />;
    case 'page': {
      const Known = pages[view.name] ?? NotFoundPage;
      return <Known />;
    }
    default:
      return view satisfies never;
  }
}

/** Who is signed in decides first; then the address does. */
export function App() {
  const me = useResource('getMe', {});
  const { path } = useAddress();
  return (
    <>
      <Symbols />
      {me.data ? (
        <MeProvider me={me.data}>
          {path === '/signin' ? (
            <SignInPage />
          ) : (
            <Shell>
              <Page />
            </Shell>
          )}
        </MeProvider>
      ) : me.error ? (
        <main className="gate">
          <Failed what="The console cannot reach the registry." error={me.error} retry={me.reload} />
        </main>
      ) : null}
    </>
  );
}
