import { useResource } from '../../api/resource.ts';
import { counted } from '../../model/format.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Loaded } from '../../parts/states.tsx';

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Manifest({ repository, digest, title }: { repository: string; digest: string; title: string }) {
  const manifest = useResource('getManifest', { params: { repository, reference: digest } });
  return (
    <Loaded resource={manifest} what="The manifest could not be read." rows={10}>
      {(data) => (
        <section className="box">
          <h2 className="box-h">
            {title}{' '}
            <small>
              {data.mediaType}, {counted(data.size, 'byte')}; laid out here for reading, the digest is over the stored
              bytes
            </small>
          </h2>
          <p className="facts pad-x">
            <DigestText digest={data.digest} whole />
          </p>
          <pre className="code raw" tabIndex={0}>
            {pretty(data.text)}
          </pre>
        </section>
      )}
    </Loaded>
  );
}

export function Raw({ repository, digest, index }: { repository: string; digest: string; index?: string }) {
  return (
    <div className="stack">
      {index !== undefined && <Manifest repository={repository} digest={index} title="Index" />}
      <Manifest repository={repository} digest={digest} title="Manifest" />
    </div>
  );
}
