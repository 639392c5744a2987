/** One object in the list. */
import type { KindPath, ObjectView } from '../api/types.ts';
import { now } from '../state/now.ts';
import { ago, duration } from '../words/durations.ts';
import { healthOf, healthWords, resolvedOf, troubleOf } from '../words/health.ts';
import { lastDeliveryWords } from '../words/last-delivery-words.ts';
import { noUrlWords } from '../words/no-url-words.ts';
import { fragmentOf } from '../words/route.ts';
import { HealthIcon } from './health-icon.tsx';
import { HourBars } from './hour-bars.tsx';
import { Icon } from './icon.tsx';
import { WebhookUrl } from './webhook-url.tsx';

interface ObjectRowProps {
  readonly kind: KindPath;
  readonly item: ObjectView;
  /** Counted from 1, the heading included. */
  readonly rowIndex: number;
}

export function ObjectRow({ kind, item, rowIndex }: ObjectRowProps) {
  const { namespace, name } = item.object;
  const health = healthOf(item);
  const to = fragmentOf({ screen: 'object', kind, namespace, name, delivery: '' });
  return (
    <div role="row" class="row" aria-rowindex={rowIndex}>
      <span role="cell" class="name">
        <HealthIcon health={health} />
        <span>
          <a href={to} aria-label={`${namespace}/${name}`} title={`${namespace}/${name}`} data-row-focus>
            <span class="namespace">{namespace}/</span>
            <span>{name}</span>
          </a>
          <small>
            {item.type} · {healthWords[health]}
          </small>
        </span>
      </span>
      <span role="cell" class="last">
        <LastDelivery kind={kind} item={item} />
      </span>
      <span role="cell">
        <HourBars hours={item.counts.hours} />
      </span>
      {kind === 'alerts' ? null : (
        <span role="cell" class="number">
          {item.pushToArtifactMs === undefined ? '–' : duration(item.pushToArtifactMs)}
        </span>
      )}
      <span role="cell" class="targets">
        <Targets item={item} />
      </span>
      {kind === 'receivers' ? (
        <span role="cell" class="url">
          <Url item={item} />
        </span>
      ) : null}
    </div>
  );
}

function Url({ item }: { readonly item: ObjectView }) {
  const { url, object } = item;
  if (url !== undefined) return <WebhookUrl url={url} of={`${object.namespace}/${object.name}`} />;
  return (
    <span class="clamped muted" title={noUrlWords(item)}>
      {noUrlWords(item)}
    </span>
  );
}

function LastDelivery({ kind, item }: { readonly kind: KindPath; readonly item: ObjectView }) {
  // The line above has the code already.
  const more = troubleOf(item).replace(`${item.lastDelivery?.code}: `, '');
  const time = item.lastDelivery?.time;
  return (
    <>
      <span>
        {lastDeliveryWords(item, kind)}
        {time === undefined ? null : (
          <time dateTime={time} title={time}>
            {ago(time, now.value)}
          </time>
        )}
      </span>
      <small title={more}>{more}</small>
    </>
  );
}

function Targets({ item }: { readonly item: ObjectView }) {
  const resolved = resolvedOf(item);
  if (resolved === undefined) return <span class="muted">–</span>;
  if (resolved.status === 'True' && resolved.reason !== 'NothingSelected') return <span>All found</span>;
  return (
    <span class="clamped" title={resolved.message}>
      <Icon name="warning" tone="warn" /> {resolved.message}
    </span>
  );
}
