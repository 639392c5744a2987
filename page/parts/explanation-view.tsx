/** Why each target is or is not annotated. */
import type { ExplainedTarget, Explanation, TraceNode } from '../api/types.ts';
import { sentenceOfCode } from '../words/sentence.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Prose } from './prose.tsx';
import { TraceTree } from './trace-tree.tsx';

const pictures: Readonly<Record<ExplainedTarget['outcome'], readonly [IconName, tone: string]>> = {
  annotated: ['check', 'ok'],
  filtered: ['skip', 'muted'],
  refused: ['cross', 'bad'],
  ignored: ['skip', 'muted'],
};

interface ExplanationViewProps {
  readonly explanation: Explanation;
  /** See {@link TraceTree}; with the field that the node is a part of. */
  readonly onPoint?: ((field: string, node: TraceNode | undefined) => void) | undefined;
}

export function ExplanationView({ explanation, onPoint }: ExplanationViewProps) {
  const { request, targets, answer, text } = explanation;
  const sentence = sentenceOfCode(answer.code);
  return (
    <section class="explanation" aria-label="Explanation">
      <p class="answer">
        <b>
          {answer.status} {answer.code}
        </b>
        <span class="muted">
          {request.type}
          {request.event === '' ? '' : `, event ${request.event}${request.eventListed ? '' : ' (not listed)'}`}
        </span>
        <CopyButton text={() => text} label="the explanation as text">
          Copy as text
        </CopyButton>
      </p>
      {sentence === undefined ? null : (
        <p>
          <Prose text={sentence} />.
        </p>
      )}
      {targets.length === 0 ? <p class="muted">No target is selected.</p> : null}
      {targets.map((target) => (
        <TargetView key={`${target.entry} ${target.ref}`} target={target} onPoint={onPoint} />
      ))}
    </section>
  );
}

interface TargetViewProps {
  readonly target: ExplainedTarget;
  readonly onPoint: ExplanationViewProps['onPoint'];
}

function TargetView({ target, onPoint }: TargetViewProps) {
  const { ref, entry, outcome, code, tree } = target;
  const [picture, tone] = pictures[outcome];
  return (
    <article class="explained">
      <h3>
        <Icon name={picture} tone={tone} /> {ref} <span class={`outcome ${tone}`}>{outcome}</span>
        <small>
          {entry}
          {outcome === 'refused' ? `, ${code}` : ''}
        </small>
      </h3>
      {Object.entries(tree).map(([field, node]) => (
        <div key={field} class="filter-tree">
          <small>{field}</small>
          <TraceTree
            node={node}
            onPoint={onPoint && ((each) => onPoint(field === 'filter' ? `${entry}.filter` : field, each))}
          />
        </div>
      ))}
    </article>
  );
}
