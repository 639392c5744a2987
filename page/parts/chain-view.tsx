/** A delivery as a chain of links, and what is to be done about the first one that is broken. */
import type { RecordView, TargetResult } from '../api/types.ts';
import { now } from '../state/now.ts';
import { type Chain, chainOf, type Link, type LinkState } from '../words/chain.ts';
import { clockTime, duration } from '../words/durations.ts';
import { Icon, type IconName } from './icon.tsx';
import { Prose } from './prose.tsx';

const pictures: Readonly<Record<LinkState, readonly [IconName, tone: string]>> = {
  done: ['check', 'ok'],
  broken: ['cross', 'bad'],
  waiting: ['clock', 'warn'],
  stopped: ['skip', 'muted'],
  unknown: ['empty', 'muted'],
};

/** Said to those who do not see the pictures. */
const stateWords: Readonly<Record<LinkState, string>> = {
  done: 'done',
  broken: 'broken',
  waiting: 'waiting',
  stopped: 'ended here',
  unknown: 'not known',
};

const SECOND_MS = 1_000;

const titles: Readonly<Record<LinkState, string>> = {
  done: 'Done at',
  broken: 'Broken at',
  waiting: 'Waits at',
  stopped: 'Ended at',
  unknown: 'Not known at',
};

interface ChainViewProps {
  readonly record: RecordView;
  readonly target: TargetResult | undefined;
}

export function ChainView({ record, target }: ChainViewProps) {
  const chain = chainOf(record, target);
  return (
    <div class="chain">
      <ol aria-label="What became of it">
        {chain.links.map((link) => (
          <ChainLink key={link.name} link={link} start={record.at} />
        ))}
      </ol>
      <Sentence sentence={chain.sentence} />
    </div>
  );
}

function ChainLink({ link, start }: { readonly link: Link; readonly start: string }) {
  const { name, state, at, detail, upTo = false } = link;
  const [picture, tone] = pictures[state];
  return (
    <li class={`link ${state}`}>
      <Icon name={picture} tone={tone} />
      <span class="link-name">
        {name}
        <span class="hidden">, {stateWords[state]}</span>
      </span>
      <span class="link-time">
        {at === '' ? null : (
          <time dateTime={at} title={upTo ? `at ${at} or before` : at}>
            {upTo ? '≤ ' : ''}
            {timeOf(at, start)}
          </time>
        )}
      </span>
      <span class="link-detail">{detail}</span>
    </li>
  );
}

/** The first link says when, those after it how much later. */
function timeOf(at: string, start: string): string {
  if (at === start) return clockTime(at, now.value);
  const later = Date.parse(at) - Date.parse(start);
  // Flux's times are whole seconds: what came after may seem to be before.
  return later <= -SECOND_MS ? clockTime(at, now.value) : `+${duration(Math.max(0, later))}`;
}

function Sentence({ sentence }: { readonly sentence: Chain['sentence'] }) {
  if (sentence === undefined) return null;
  const { state, link, code, text, message } = sentence;
  return (
    <div class={`sentence ${state === 'broken' ? 'bad' : 'calm'}`}>
      <p>
        <b>
          {titles[state]} {link}
        </b>{' '}
        <code>{code}</code>
      </p>
      {message === '' ? null : <pre>{message}</pre>}
      <p>
        <Prose text={text} />.
      </p>
    </div>
  );
}
