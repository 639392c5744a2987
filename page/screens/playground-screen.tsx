/** The playground: a payload, the filters of a Receiver, and what they would do, as one types. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TraceNode } from '../api/types.ts';
import { ExplanationView } from '../parts/explanation-view.tsx';
import { FilterEditor } from '../parts/filter-editor.tsx';
import { PayloadEditor } from '../parts/payload-editor.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { ReceiverField } from '../parts/receiver-field.tsx';
import { WhatIfView } from '../parts/what-if-view.tsx';
import {
  entries,
  explanation,
  type FilterField,
  openReceiver,
  ownFilters,
  problem,
  RESOURCE_FILTER,
  receiver,
  receiverProblem,
  triedFilters,
  tryFilter,
} from '../state/playground.ts';
import { token } from '../state/token.ts';
import { placeOf, rangeOf } from '../words/place-of.ts';

interface PlaygroundScreenProps {
  readonly namespace: string;
  readonly name: string;
  readonly delivery: string;
}

/** A part of a filter that somebody points at. */
interface Pointed {
  readonly field: FilterField;
  readonly node: TraceNode;
}

export function PlaygroundScreen({ namespace, name, delivery }: PlaygroundScreenProps) {
  useEffect(() => {
    if (name !== '') void openReceiver(namespace, name, delivery);
  }, [namespace, name, delivery, token.value]);
  const pointed = useSignal<Pointed | undefined>(undefined);
  return (
    <main class="playground">
      <h1 tabIndex={-1}>Playground</h1>
      <p class="muted">Tries filters on a payload. Nothing is annotated, and nothing is saved.</p>
      <ReceiverField namespace={namespace} name={name} />
      {name === '' || receiver.value === undefined ? (
        <NoReceiver name={name} />
      ) : (
        <div class="columns">
          <section aria-label="Filters and payload">
            <h2 class="hidden">Filters and payload</h2>
            <Filters pointed={pointed} />
            <PayloadEditor />
          </section>
          <section aria-label="Result">
            <h2 class="hidden">Result</h2>
            <Result pointed={pointed} />
            <WhatIfView />
          </section>
        </div>
      )}
    </main>
  );
}

function NoReceiver({ name }: { readonly name: string }) {
  const why = name === '' ? undefined : receiverProblem.value;
  if (why !== undefined) return <ProblemNotice problem={why} />;
  return (
    <p class="empty" role="status">
      {name === '' ? 'Choose a Receiver.' : 'Loading'}
    </p>
  );
}

function Filters({ pointed }: { readonly pointed: Signal<Pointed | undefined> }) {
  const ofEntries = entries.value.map((entry) => [`${entry.field}.filter`, entry.of] as const);
  const fields: readonly (readonly [FilterField, of: string])[] = [[RESOURCE_FILTER, ''], ...ofEntries];
  const wrong = placeOf(problem.value ?? '');
  return (
    <>
      {fields.map(([field, of]) => {
        const text = triedFilters.value.get(field) ?? ownFilters.value.get(field) ?? '';
        const pointedHere = pointed.value?.field === field ? pointed.value.node : undefined;
        return (
          <FilterEditor
            key={field}
            label={field}
            of={of}
            value={text}
            mark={wrong?.field === field ? rangeOf(text, wrong) : pointedHere}
            wrong={wrong?.field === field}
            changed={triedFilters.value.has(field)}
            onInput={(typed) => tryFilter(field, typed)}
            onReset={() => tryFilter(field, undefined)}
          />
        );
      })}
    </>
  );
}

function Result({ pointed }: { readonly pointed: Signal<Pointed | undefined> }) {
  const answer = explanation.value;
  return (
    <>
      {problem.value === undefined ? null : (
        <p class="notice bad" role="alert">
          {problem.value}
        </p>
      )}
      {answer === undefined ? null : (
        <ExplanationView
          explanation={answer}
          onPoint={(field, node) => {
            pointed.value = node && { field: field === 'resourceFilter' ? RESOURCE_FILTER : field, node };
          }}
        />
      )}
    </>
  );
}
