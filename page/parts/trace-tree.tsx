/** A filter taken apart: each sub-expression with the value that it had, and which of them decided. */
import type { TraceNode } from '../api/types.ts';

interface TraceTreeProps {
  readonly node: TraceNode;
  /** A node that is pointed at or has the focus; undefined: none has. */
  readonly onPoint: ((node: TraceNode | undefined) => void) | undefined;
}

/** In characters: what is longer is in the payload anyway. */
const LONGEST = 72;

export function TraceTree({ node, onPoint }: TraceTreeProps) {
  return (
    <ul class="tree">
      <TreeNode node={node} onPoint={onPoint} />
    </ul>
  );
}

function TreeNode({ node, onPoint }: TraceTreeProps) {
  const { decides, children } = node;
  const name = decides ? 'node decides' : 'node';
  const point = (): void => onPoint?.(node);
  const leave = (): void => onPoint?.(undefined);
  return (
    <li>
      {onPoint === undefined ? (
        <span class={name}>
          <NodeWords node={node} />
        </span>
      ) : (
        <button type="button" class={name} onMouseEnter={point} onMouseLeave={leave} onFocus={point} onBlur={leave}>
          <NodeWords node={node} />
        </button>
      )}
      {children.length === 0 ? null : (
        <ul>
          {children.map((child) => (
            <TreeNode key={`${child.from}-${child.to}`} node={child} onPoint={onPoint} />
          ))}
        </ul>
      )}
    </li>
  );
}

function NodeWords({ node }: { readonly node: TraceNode }) {
  return (
    <>
      <code>{node.text.replaceAll(/\s+/g, ' ')}</code>{' '}
      <span class="muted" aria-hidden="true">
        →
      </span>{' '}
      <TraceValue node={node} />
      {node.decides ? <span class="decides-word"> decides</span> : null}
    </>
  );
}

function TraceValue({ node }: { readonly node: TraceNode }) {
  const { value, error } = node;
  if (error !== undefined) return <span class="value bad">error: {error}</span>;
  if (node['not evaluated']) return <span class="value muted">not evaluated</span>;
  const tone = value === true ? 'ok' : value === false ? 'bad' : '';
  const words = valueWords(value);
  return (
    <span class={`value ${tone}`} title={words}>
      {words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words}
    </span>
  );
}

/** What is no scalar comes as its text, which needs no quotes. */
function valueWords(value: TraceNode['value']): string {
  return typeof value === 'string' && /^[[{]/.test(value) ? value : JSON.stringify(value ?? null);
}
