import { expiryOf, inDays, type Role } from '../../model/trust.ts';
import { Glyph } from '../../parts/marks.tsx';
import { Time } from '../../parts/time.tsx';
import { KeyId } from '../../parts/trust-mark.tsx';

function Expiry({ role }: { role: Role }) {
  const { tone, word, days } = expiryOf(role, Date.now());
  if (role.expiresAt === undefined) return <span className="q3">{role.broken ? '' : word}</span>;
  return (
    <span className={`v expiry ${tone}`}>
      {tone !== 'none' && <Glyph tone={tone} />}
      <span>
        {word} <Time at={role.expiresAt} /> <span className="q3">{inDays(days)}</span>
      </span>
    </span>
  );
}

function Row({ role }: { role: Role }) {
  return (
    <tr>
      <td className="t">
        <span className="name">{role.name}</span>
        {role.version !== undefined && <span className="q3 kind">v{role.version}</span>}
        {role.paths && role.paths.some((path) => path !== '') && (
          <span className="under wrap-any">only {role.paths.join(', ')}</span>
        )}
        {role.broken !== undefined && (
          <span className="under">
            <span className="v bad refusal">
              <Glyph tone="bad" />
              <span>does not count: {role.broken}</span>
            </span>
          </span>
        )}
      </td>
      <td className="nw q2">
        {role.threshold} of {role.keys.length}
      </td>
      <td>
        <Expiry role={role} />
      </td>
      <td>
        <ul className="key-list">
          {role.keys.map((key) => (
            <li key={key.id}>
              <KeyId id={key.id} />
              <span className="q3">
                {role.heldBy === 'server' ? 'signing service' : ''}
                {key.certificateUntil && (
                  <>
                    certificate until <Time at={key.certificateUntil} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

/** Roles and delegations: how many of which keys, until when, and who has to renew them. */
export function Roles({ roles, delegations }: { roles: readonly Role[]; delegations: readonly Role[] }) {
  const all = [...roles, ...delegations];
  return (
    <section>
      <h2 className="sec">
        Roles, keys and expiry <small>compare the keys with assay key list and docker trust inspect</small>
      </h2>
      <div className="box">
        <div className="scroll" tabIndex={0} role="region" aria-label="Roles and keys">
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">Role</th>
                <th scope="col">Signatures</th>
                <th scope="col">Good until</th>
                <th scope="col">Keys</th>
              </tr>
            </thead>
            <tbody>
              {all.map((role) => (
                <Row key={role.name} role={role} />
              ))}
            </tbody>
          </table>
        </div>
        <details className="whole-keys">
          <summary>Whole key ids</summary>
          <dl className="kv wide">
            {all.flatMap((role) =>
              role.keys.map((key) => (
                <div key={role.name + key.id} className="kv-row">
                  <dt>{role.name}</dt>
                  <dd>
                    <KeyId id={key.id} whole />
                    {key.listedAs && (
                      <span className="line q3">
                        docker trust inspect names it by its certificate: <code>{key.listedAs}</code>
                      </span>
                    )}
                  </dd>
                </div>
              )),
            )}
          </dl>
        </details>
      </div>
    </section>
  );
}
