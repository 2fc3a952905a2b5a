import { useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { useAction, useLast, useResource } from '../../api/resource.ts';
import { counted, size } from '../../model/format.ts';
import { modeText } from '../../model/modes.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { navigate, useAddress, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';

type Page = Answer<'listLayerFiles'>;
type File = Page['items'][number];

function Row({ file }: { file: File }) {
  const gone = file.type === 'whiteout' || file.type === 'opaque';
  return (
    <tr>
      <td className="t">
        <code className="wrap">{file.path}</code>
        {file.link !== undefined && <span className="q2 wrap"> → {file.link}</span>}
        {gone && (
          <span className="q2">
            {' '}
            {file.type === 'opaque' ? 'what was below it is hidden' : 'removed from the layers below'}
          </span>
        )}
      </td>
      <td className="nw x q2">{gone ? '' : <code>{modeText(file.type, file.mode)}</code>}</td>
      <td className="nw x q2">{gone ? '' : `${file.uid}:${file.gid}`}</td>
      <td className="r nw">{file.type === 'file' ? size(file.size) : ''}</td>
    </tr>
  );
}

/** Every file that a layer brings or removes, by the beginning of its path. */
export function LayerFiles({ image, layer }: { image: Image; layer: string }) {
  const { query } = useAddress();
  const prefix = query.get('path') ?? '';
  const params = { repository: image.repository, reference: image.digest, layer };
  const first = useLast(useResource('listLayerFiles', { params, query: { limit: 50, prefix } }));
  const [rest, setRest] = useState<{ of: string; items: readonly File[]; next: string | undefined }>();
  const key = `${layer} ${prefix}`;
  const more = useAction(async (cursor: string) => {
    const page = await call('listLayerFiles', { params, query: { limit: 200, prefix, cursor } });
    setRest({ of: key, items: [...(rest?.of === key ? rest.items : []), ...page.items], next: page.next });
  });
  return (
    <div className="layer-files">
      <FilterInput
        label="Files whose path begins with"
        placeholder="Path begins with: usr/bin/"
        value={prefix}
        onFilter={(typed) => navigate(withQuery({ path: typed.replace(/^\/+/, '') || undefined }), { replace: true })}
      />
      <Loaded resource={first} what="The files could not be read." rows={4}>
        {(page) => {
          const items = [...page.items, ...(rest?.of === key ? rest.items : [])];
          const next = rest?.of === key ? rest.next : page.next;
          return items.length === 0 ? (
            <Empty title={prefix === '' ? 'The layer brings no file' : 'No path begins so'} />
          ) : (
            <>
              <div className="scroll" tabIndex={0} role="region" aria-label="Files of the layer">
                <table className="cards">
                  <thead>
                    <tr>
                      <th scope="col">File</th>
                      <th scope="col">Mode</th>
                      <th scope="col">Owner</th>
                      <th scope="col" className="r">
                        Size
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((file) => (
                      <Row key={file.path} file={file} />
                    ))}
                  </tbody>
                </table>
              </div>
              <div className="foot-row">
                <span>
                  {counted(items.length, 'file')} of {page.total.toLocaleString('en')}
                  {page.cut && ', and more that are not kept'}
                </span>
                {next !== undefined && (
                  <button type="button" className="link" disabled={more.busy} onClick={() => void more.run(next)}>
                    Show more
                  </button>
                )}
              </div>
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
