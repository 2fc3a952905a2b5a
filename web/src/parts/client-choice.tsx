import { clients, type Client } from '../model/clients.ts';
import { useClient } from '../shell/preferences.ts';

/** Which client's commands are shown; kept for the next visit. */
export function ClientChoice({ only = clients }: { only?: readonly Client[] }) {
  const [client, setClient] = useClient();
  return (
    <span className="seg" role="group" aria-label="Client">
      {only.map((each) => (
        <button key={each} type="button" aria-pressed={client === each} onClick={() => setClient(each)}>
          {each}
        </button>
      ))}
    </span>
  );
}
