import { Command } from '../../parts/copy.tsx';
import { Step } from '../../parts/push-steps.tsx';
import { useMe } from '../../shell/session.tsx';

/** How to sign, to copy: the same act for every client that verifies. */
export function SignSteps({ repository, tag = 'TAG' }: { repository: string; tag?: string }) {
  const me = useMe();
  const name = `${me.registryHost}/${repository}`;
  return (
    <ol className="steps">
      <Step n={1} title="Sign a tag" done>
        <p className="q2">
          The first time makes a root key and a repository key and asks for their passphrases. Nothing of the image is
          sent.
        </p>
        <Command line={`assay trust sign ${name}:${tag}`} />
        <p className="q2">Or with a docker client of version 28 or older, as it pushes:</p>
        <Command line={`DOCKER_CONTENT_TRUST=1 docker push ${name}:${tag}`} />
      </Step>
      <Step n={2} title="Keep the root key apart" done>
        <p className="q2">It names all other keys. When it is lost, nothing can be repaired.</p>
        <Command line="assay key backup keys.backup" />
      </Step>
      <Step n={3} title="Check it from anywhere" done>
        <Command line={`assay trust status ${name}`} />
      </Step>
    </ol>
  );
}
