/** How one object does: its conditions in words, its last day, its URL. */
import type { ComponentChildren } from 'preact';
import type { ConditionView, KindPath, ObjectView } from '../api/types.ts';
import { now } from '../state/now.ts';
import { capitalized } from '../words/capitalized.ts';
import { ago, duration } from '../words/durations.ts';
import { conditionOf, deliveringOf, resolvedOf } from '../words/health.ts';
import { targetsTitles } from '../words/kind-titles.ts';
import { lastDeliveryWords } from '../words/last-delivery-words.ts';
import { noUrlWords } from '../words/no-url-words.ts';
import { HourBars } from './hour-bars.tsx';
import { Icon, type IconName } from './icon.tsx';
import { WebhookUrl } from './webhook-url.tsx';

interface ObjectSummaryProps {
  readonly kind: KindPath;
  readonly item: ObjectView;
}

export function ObjectSummary({ kind, item }: ObjectSummaryProps) {
  const { object, type, url, lastDelivery, counts, pushToArtifactMs } = item;
  const time = lastDelivery?.time;
  const ready = conditionOf(item, 'Ready');
  return (
    <div class="summary">
      <dl>
        <Fact name="Type">{type}</Fact>
        <Fact name="Last delivery">
          {lastDeliveryWords(item, kind)}
          {time === undefined ? null : (
            <time class="muted" dateTime={time} title={time}>
              {' '}
              {ago(time, now.value)}
            </time>
          )}
        </Fact>
        {ready?.status === 'False' ? <ConditionFact name="Ready" condition={ready} /> : null}
        <ConditionFact name="Delivering" condition={deliveringOf(item)} />
        <ConditionFact name={targetsTitles[kind]} condition={resolvedOf(item)} />
        {kind === 'receivers' ? (
          <Fact name="URL">
            {url === undefined ? noUrlWords(item) : <WebhookUrl url={url} of={`${object.namespace}/${object.name}`} />}
          </Fact>
        ) : null}
      </dl>
      <div class="day">
        <HourBars hours={counts.hours} />
        <small>24 hours, refused below the line</small>
        {pushToArtifactMs === undefined ? null : (
          <p>
            <b>{duration(pushToArtifactMs)}</b> <small>from push to artifact, median</small>
          </p>
        )}
      </div>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const pictures: Readonly<Record<string, readonly [IconName, tone: string]>> = {
  True: ['check', 'ok'],
  False: ['cross', 'bad'],
};

function ConditionFact(props: { readonly name: string; readonly condition: ConditionView | undefined }) {
  const { name, condition } = props;
  if (condition === undefined) return null;
  const [picture, tone] = pictures[condition.status] ?? ['empty', 'muted'];
  return (
    <Fact name={name}>
      <Icon name={picture} tone={tone} /> {capitalized(condition.message || condition.reason)}
    </Fact>
  );
}
