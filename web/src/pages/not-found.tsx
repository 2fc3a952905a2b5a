import { PageHead } from '../parts/page.tsx';
import { Link } from '../shell/router.tsx';

export function NotFoundPage() {
  return (
    <PageHead title="No such page" name="No such page">
      <p className="sub">
        Nothing of this console has this address. <Link href="/repositories">All repositories</Link>
      </p>
    </PageHead>
  );
}
