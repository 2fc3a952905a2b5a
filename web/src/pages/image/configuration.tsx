import { Empty } from '../../parts/states.tsx';
import type { Image } from './image.tsx';

function lines(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, each]) =>
      typeof each === 'string' && each !== '' ? `${name}=${each}` : name,
    );
  return value === undefined || value === null || value === ''
    ? []
    : [typeof value === 'string' ? value : JSON.stringify(value)];
}

const fields: readonly (readonly [key: string, label: string, one: boolean])[] = [
  ['Entrypoint', 'Entrypoint', true],
  ['Cmd', 'Command', true],
  ['User', 'User', true],
  ['WorkingDir', 'Directory', true],
  ['ExposedPorts', 'Ports', false],
  ['Env', 'Environment', false],
  ['Volumes', 'Volumes', false],
  ['StopSignal', 'Stop signal', true],
  ['Labels', 'Labels', false],
];

/** What a container of it starts with. */
export function Configuration({ image }: { image: Image }) {
  const config = image.configuration;
  const annotations = Object.entries(image.annotations);
  if (!config)
    return (
      <div className="box">
        <Empty title="The image names no configuration" />
      </div>
    );
  return (
    <div className="stack">
      <section className="box">
        <h2 className="box-h">Configuration</h2>
        <dl className="kv pad">
          {fields.map(([key, label, one]) => {
            const all = lines(config[key]);
            return (
              <div key={key} className="kv-row">
                <dt>{label}</dt>
                <dd>
                  {all.length === 0 ? (
                    <span className="q3">not set</span>
                  ) : one ? (
                    <code>{Array.isArray(config[key]) ? JSON.stringify(config[key]) : all[0]}</code>
                  ) : (
                    all.map((line) => (
                      <code key={line} className="line">
                        {line}
                      </code>
                    ))
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      </section>
      {annotations.length > 0 && (
        <section className="box">
          <h2 className="box-h">Annotations</h2>
          <dl className="kv wide pad">
            {annotations.map(([name, value]) => (
              <div key={name} className="kv-row">
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}
