/** What can be done with a delivery: copied, explained, shown, replayed. */
import { type Signal, useSignal } from '@preact/signals';
import { get, ProblemError, post } from '../api/request.ts';
import type { Explanation, KindPath, ObjectView, RecordView } from '../api/types.ts';
import { pathOf } from '../state/one-object.ts';
import { settings } from '../state/settings.ts';
import { actionProblem } from '../words/action-problem.ts';
import { curlOf } from '../words/curl.ts';
import { deliveryNouns } from '../words/last-delivery-words.ts';
import { fragmentOf } from '../words/route.ts';
import { CopyButton } from './copy-button.tsx';
import { ExplanationView } from './explanation-view.tsx';
import { Prose } from './prose.tsx';
import { RedactedNote } from './redacted-note.tsx';
import { ReplayButton } from './replay-button.tsx';

interface DeliveryActionsProps {
  readonly kind: KindPath;
  readonly record: RecordView;
  readonly item: ObjectView | undefined;
}

/** What stands for what. */
const CURL_LABEL = 'as curl, with $TOKEN for the secret, and payload.json for the body';

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
  if (kind === 'alerts') return null;
  return (
    <>
      <div class="buttons">
        {record.body === 'kept' ? (
          <BodyButtons kind={kind} path={path} record={record} into={(answer) => void show(shown, answer)} />
        ) : null}
        {kind === 'receivers' ? (
          <CopyButton text={() => curl(path, record, item)} label={CURL_LABEL}>
            Copy as curl
          </CopyButton>
        ) : null}
        <small>
          <Prose text={noBodyWords(record, kind)} />
        </small>
      </div>
      {problem === undefined ? null : (
        <p class="notice warn" role="alert">
          {problem}
        </p>
      )}
      {(explanation ?? payload) !== undefined && record.redacted === true ? <RedactedNote /> : null}
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

interface BodyButtonsProps {
  readonly kind: KindPath;
  /** Of the object. */
  readonly path: string;
  readonly record: RecordView;
  readonly into: (answer: () => Promise<Shown>) => void;
}

/** A Receiver's bodies go through its filters again; those of messages are shown. */
function BodyButtons({ kind, path, record, into }: BodyButtonsProps) {
  const { namespace, name } = record.object;
  const isReceiver = kind === 'receivers';
  return (
    <>
      {isReceiver ? (
        <button type="button" onClick={() => into(async () => ({ explanation: await explain(path, record) }))}>
          Explain
        </button>
      ) : null}
      <button type="button" onClick={() => into(async () => ({ payload: await payloadOf(path, record) }))}>
        Show payload
      </button>
      {isReceiver ? (
        <a class="button" href={fragmentOf({ screen: 'playground', namespace, name, delivery: record.id })}>
          Open in playground
        </a>
      ) : null}
      {isReceiver && settings.value.actions ? <ReplayButton path={path} record={record} /> : null}
    </>
  );
}

function noBodyWords({ body, verdict }: RecordView, kind: KindPath): string {
  if (body === 'kept') return '';
  if (verdict === 'refused') return `The body of a ${deliveryNouns[kind]} that is refused is never kept.`;
  if (body === 'TooLarge') return 'The body was too large to be kept.';
  const use = kind === 'receivers' ? 'explained and replayed' : 'shown';
  return `The body is not kept: set \`spec.deliveries.keepBodies\` to have the next ones ${use}.`;
}

/** With its body where that can be had. */
async function curl(path: string, record: RecordView, item: ObjectView | undefined): Promise<string> {
  const body = record.body === 'kept' ? await payloadOf(path, record).catch(() => '') : '';
  return curlOf(record, item?.url ?? '', body);
}

async function show(shown: Signal<Shown>, answer: () => Promise<Shown>): Promise<void> {
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
