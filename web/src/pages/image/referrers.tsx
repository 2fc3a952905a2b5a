import { useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { size } from '../../model/format.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Link } from '../../shell/router.tsx';

/** Signatures, attestations and whatever else was attached to the image. */
export function Referrers({ repository, digest }: { repository: string; digest: string }) {
  const referrers = useResource('listReferrers', { params: { repository, reference: digest } });
  return (
    <Loaded resource={referrers} what="The referrers could not be listed." rows={3}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="box">
            <Empty title="Nothing refers to this image">
              <p className="q2">
                Signatures, bills of materials and attestations that are pushed with it as their subject stand here.
              </p>
            </Empty>
          </div>
        ) : (
          <div className="box">
            <div className="scroll" tabIndex={0} role="region" aria-label="Referrers">
              <table className="cards">
                <thead>
                  <tr>
                    <th scope="col">Type</th>
                    <th scope="col">Digest</th>
                    <th scope="col" className="r">
                      Size
                    </th>
                    <th scope="col">Annotations</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.digest}>
                      <td className="t">
                        <Link className="name" data-row href={imageAddress(repository, item.digest)}>
                          {item.artifactType ?? item.mediaType}
                        </Link>
                      </td>
                      <td>
                        <DigestText digest={item.digest} />
                      </td>
                      <td className="r q2">{size(item.size)}</td>
                      <td className="q2 wrap-any">
                        {Object.entries(item.annotations)
                          .map(([name, value]) => `${name}=${value}`)
                          .join(' ')}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        )
      }
    </Loaded>
  );
}
