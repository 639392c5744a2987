/** What can be done with a delivery: copied, explained, shown, replayed. */
import { type Signal, useSignal } from '@preact/signals';
import { get, ProblemError, post } from '../api/request.ts';
import type { Explanation, KindPath, ObjectView, RecordView } from '../api/types.ts';
import { pathOf } from '../state/one-object.ts';
import { settings } from '../state/settings.ts';
import { actionProblem } from '../words/action-problem.ts';
import { curlOf } from '../words/curl.ts';
import { fragmentOf } from '../words/route.ts';
import { CopyButton } from './copy-button.tsx';
import { ExplanationView } from './explanation-view.tsx';
import { ReplayButton } from './replay-button.tsx';

interface DeliveryActionsProps {
  readonly kind: KindPath;
  readonly record: RecordView;
  readonly item: ObjectView | undefined;
}

/** What is shown below the buttons. */
interface Shown {
  readonly explanation?: Explanation;
  readonly payload?: string;
  readonly problem?: string;
}

export function DeliveryActions({ kind, record, item }: DeliveryActionsProps) {
  const shown = useSignal<Shown>({});
  const { namespace, name } = record.object;
  const path = pathOf(kind, namespace, name);
  const { explanation, payload, problem } = shown.value;
  if (kind !== 'receivers') return null;
  return (
    <>
      <div class="buttons">
        {record.body === 'kept' ? (
          <>
            <button
              type="button"
              onClick={() => into(shown, async () => ({ explanation: await explain(path, record) }))}
            >
              Explain
            </button>
            <button type="button" onClick={() => into(shown, async () => ({ payload: await payloadOf(path, record) }))}>
              Show payload
            </button>
            <a class="button" href={fragmentOf({ screen: 'playground', namespace, name, delivery: record.id })}>
              Open in playground
            </a>
            {settings.value.actions ? <ReplayButton path={path} record={record} /> : null}
          </>
        ) : null}
        <CopyButton text={() => curlOf(record, item?.url ?? '', payload ?? '')} label="as curl">
          Copy as curl
        </CopyButton>
        <small>{noBodyWords(record)}</small>
      </div>
      {problem === undefined ? null : (
        <p class="notice warn" role="alert">
          {problem}
        </p>
      )}
      {explanation === undefined ? null : <ExplanationView explanation={explanation} />}
      {payload === undefined ? null : (
        <section aria-label="Payload" class="payload">
          <CopyButton text={() => payload} label="the payload">
            Copy
          </CopyButton>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to by keyboard too */}
          <pre tabIndex={0}>{payload}</pre>
        </section>
      )}
    </>
  );
}

function noBodyWords({ body, verdict }: RecordView): string {
  if (body === 'kept') return '';
  if (verdict === 'refused') return 'The body of a request that is refused is never kept.';
  if (body === 'TooLarge') return 'The body was too large to be kept.';
  return 'The body is not kept: set spec.deliveries.keepBodies to have the next ones explained and replayed.';
}

async function into(shown: Signal<Shown>, answer: () => Promise<Shown>): Promise<void> {
  try {
    shown.value = await answer();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    shown.value = { problem: actionProblem(error) };
  }
}

function explain(path: string, { id }: RecordView): Promise<Explanation> {
  return post(`${path}/explain`, { delivery: id });
}

async function payloadOf(path: string, { id }: RecordView): Promise<string> {
  const payload = await get(`${path}/deliveries/${encodeURIComponent(id)}/payload`);
  return JSON.stringify(payload, null, 2);
}
