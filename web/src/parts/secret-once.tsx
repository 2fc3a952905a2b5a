import { CopyButton } from './copy.tsx';

/** A secret that was just made, shown this once. */
export function SecretOnce({ name, secret, label }: { name: string; secret: string; label: string }) {
  return (
    <div className="secret" role="status">
      <p>
        <b>{name}</b> is shown this once.
      </p>
      <div className="cmd wrap secret-text">
        <code className="plain" tabIndex={0}>
          {secret}
        </code>
        <CopyButton text={secret} label={label} />
      </div>
    </div>
  );
}
