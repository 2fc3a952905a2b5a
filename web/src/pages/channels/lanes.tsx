import { type Answer, call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { typed } from '../../model/form.ts';
import { counted } from '../../model/format.ts';
import { Asked, Choice, Field } from '../../parts/asked.tsx';
import { DigestText } from '../../parts/copy.tsx';
import { Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link } from '../../shell/router.tsx';

type Channel = Answer<'getChannel'>;
type Stage = Channel['stages'][number];

function termsOf({ promotion }: Stage): string {
  if (!promotion) return 'images come in here';
  const { start, approvals, minimumAge } = promotion;
  return [
    start === 'automatic' ? 'asks by itself' : 'by request',
    ...approvals.map(({ count, by }) => `${counted(count, 'approval')} of ${by.join(' or ')}`),
    ...(minimumAge > 0 ? [`after ${counted(minimumAge, 'hour')}`] : []),
  ].join(', ');
}

/** The stages of a channel as columns, each with the newest images that stand in it. */
export function Lanes({ organisation, channel }: { organisation: string; channel: string }) {
  const found = useResource('getChannel', { params: { organisation, channel } }, () => 15_000);
  return (
    <section className="box">
      <Loaded resource={found} what="The channel could not be read." rows={4}>
        {(each) => (
          <>
            <h2 className="box-h">
              {each.channel} <small>{each.description || `version ${each.version}`}</small>
            </h2>
            <ol className="lanes" aria-label={`Stages of ${each.channel}`}>
              {each.stages.map((stage, at) => (
                <li key={stage.stage}>
                  <Lane stage={stage} images={each.images[at] ?? []} />
                </li>
              ))}
            </ol>
            <Ask channel={each} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Lane({ stage, images }: { stage: Stage; images: Channel['images'][number] }) {
  return (
    <>
      <h3>
        {stage.stage} <small>{termsOf(stage)}</small>
      </h3>
      <code className="line q3">
        {stage.repository}
        {stage.tag === undefined ? '' : `:${stage.tag}`}
      </code>
      {images.length === 0 ? (
        <p className="q3">Nothing stands here</p>
      ) : (
        <ul>
          {images.map(({ repository, tag, digest, since, by }) => (
            <li key={`${repository}:${tag}`}>
              <Link href={imageAddress(repository, tag)}>
                {repository}:{tag}
              </Link>
              <span className="q3">
                <DigestText digest={digest} /> <Time at={since} /> by {by}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Asking for the next stage, and going one step back. */
function Ask({ channel }: { channel: Channel }) {
  const leads = channel.images.slice(0, -1).flat();
  const promoted = channel.images.slice(1).flat();
  const split = (form: FormData) => typed(form, 'image').split(' ');
  const ask = useAction(async (form: FormData) => {
    const [repository = '', tag = ''] = split(form);
    await call('requestPromotion', { body: { repository, tag, reason: typed(form, 'reason').trim() } });
    refresh('listPromotions', 'getChannel');
  });
  const back = useAction(async (form: FormData) => {
    const [repository = '', tag = ''] = split(form);
    await call('rollBackTag', { params: { repository, tag }, body: { reason: typed(form, 'reason').trim() } });
    refresh('listPromotions', 'getChannel');
  });
  const options = (images: typeof leads) =>
    images.map(({ repository, tag }) => [`${repository} ${tag}`, `${repository}:${tag}`] as const);
  return (
    <>
      {leads.length > 0 && (
        <Asked action={ask} button="Ask for the next stage">
          <Choice label="Image to go on" name="image" options={options(leads)} />
          <Field label="Why it should go on" name="reason" required maxLength={1000} />
        </Asked>
      )}
      {promoted.length > 0 && (
        <Asked action={back} button="Roll back one step">
          <Choice label="Image to take back" name="image" options={options(promoted)} />
          <Field label="Why it is taken back" name="reason" required maxLength={1000} />
        </Asked>
      )}
    </>
  );
}
