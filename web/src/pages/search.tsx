import { type FormEvent, useRef } from 'react';
import { useResource } from '../api/resource.ts';
import { imageAddress, repositoryAddress, vulnerabilityAddress } from '../model/addresses.ts';
import { counted } from '../model/format.ts';
import { DigestText } from '../parts/copy.tsx';
import { ImageName, PageHead } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Link, navigate, useAddress } from '../shell/router.tsx';
import { VulnerableTable } from './vulnerability.tsx';

function Ask() {
  const field = useRef<HTMLInputElement>(null);
  const go = (event: FormEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim();
    if (text) navigate(`/search?q=${encodeURIComponent(text)}`);
  };
  return (
    <>
      <PageHead title="Which images have it?" name="Vulnerabilities">
        <p className="sub">A CVE, a package or part of a repository’s name; over everything that you may pull.</p>
      </PageHead>
      <form className="filters" onSubmit={go}>
        <input
          ref={field}
          className="grow"
          type="search"
          aria-label="CVE, package or repository"
          placeholder="CVE-2025-55182, openssl, shop/"
          maxLength={200}
          required
        />
        <button type="submit" className="btn primary">
          Search
        </button>
      </form>
    </>
  );
}

/** “Which images have CVE-X?”, which hold a package, which repositories are called so. */
export function SearchPage() {
  const { query } = useAddress();
  const q = query.get('q')?.trim() ?? '';
  return q === '' ? <Ask /> : <Found q={q} />;
}

function Found({ q }: { q: string }) {
  const found = useResource('search', { query: { q } });
  const isVulnerability = /^[A-Za-z]+-\d|^GHSA-/i.test(q);
  return (
    <>
      <PageHead title={<>Found for “{q}”</>} name={`Search for ${q}`}>
        {isVulnerability && (
          <p className="sub">
            <Link href={vulnerabilityAddress(q.startsWith('GHSA') ? q : q.toUpperCase())}>
              Everything about {q.toUpperCase()}
            </Link>
          </p>
        )}
      </PageHead>
      <Loaded resource={found} what="The search failed." rows={5}>
        {({ repositories, vulnerable, holding }) => {
          const images = new Set(holding.map((each) => each.repository + each.digest)).size;
          return (
            <div className="stack">
              {vulnerable.length > 0 && (
                <section>
                  <h2 className="sec">
                    {counted(vulnerable.length, 'image')} {vulnerable.length === 1 ? 'has' : 'have'} {q.toUpperCase()}
                  </h2>
                  <VulnerableTable images={vulnerable} id={q.toUpperCase()} />
                </section>
              )}
              {holding.length > 0 && (
                <section>
                  <h2 className="sec">
                    {counted(images, 'image')} {images === 1 ? 'holds' : 'hold'} the package {q}
                  </h2>
                  <div className="box">
                    <div className="scroll" tabIndex={0} role="region" aria-label="Images holding the package">
                      <table className="cards">
                        <thead>
                          <tr>
                            <th scope="col">Image</th>
                            <th scope="col">Package</th>
                            <th scope="col">Version</th>
                            <th scope="col">Type</th>
                            <th scope="col">Digest</th>
                          </tr>
                        </thead>
                        <tbody>
                          {holding.map((each) => (
                            <tr key={each.repository + each.digest + each.name + each.version}>
                              <td className="t">
                                <Link
                                  className="name"
                                  data-row
                                  href={`${imageAddress(each.repository, each.digest)}?tab=packages&find=${encodeURIComponent(each.name)}`}
                                >
                                  <ImageName repository={each.repository} />
                                </Link>
                              </td>
                              <td>
                                <code>{each.name}</code>
                              </td>
                              <td>
                                <code>{each.version}</code>
                              </td>
                              <td className="q2">{each.type}</td>
                              <td className="x">
                                <DigestText digest={each.digest} />
                              </td>
                            </tr>
                          ))}
                        </tbody>
                      </table>
                    </div>
                  </div>
                </section>
              )}
              {repositories.length > 0 && (
                <section>
                  <h2 className="sec">{counted(repositories.length, 'repository', 'repositories')}</h2>
                  <ul className="box found-list">
                    {repositories.map((each) => (
                      <li key={each.name}>
                        <Link className="name" data-row href={repositoryAddress(each.name)}>
                          <ImageName repository={each.name} />
                        </Link>
                        <span className="q3">{each.description}</span>
                      </li>
                    ))}
                  </ul>
                </section>
              )}
              {repositories.length + vulnerable.length + holding.length === 0 && (
                <div className="box">
                  <Empty
                    title={isVulnerability ? `No analysed image that you may see has ${q}` : `Nothing is called ${q}`}
                  >
                    <p className="q2">
                      Repositories match by part of their name, packages by their exact name, vulnerabilities by their
                      id.
                    </p>
                  </Empty>
                </div>
              )}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
