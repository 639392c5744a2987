/** What other filters would have made of deliveries whose bodies are kept. */
import type { Explanation, TargetOutcome } from './explanation.ts';

export interface WhatIf {
  /** How many bodies are kept. */
  readonly total: number;
  /** For how many of them the outcome of some target is another. */
  readonly changed: number;
  /** One for each kept body, the newest first. */
  readonly items: readonly WhatIfItem[];
  /** The replicas that did not answer, whose bodies are missing; absent where there are none. */
  readonly partial?: readonly string[];
  /** For people: `20 deliveries: 3 change: …`. */
  readonly text: string;
}

export interface WhatIfItem {
  /** Of the delivery. */
  readonly id: string;
  readonly before: TargetOutcome;
  readonly after: TargetOutcome;
}

export interface Compared {
  readonly id: string;
  /** Undefined: the Receiver cannot be served with its own filters. */
  readonly before: Explanation | undefined;
  readonly after: Explanation;
}

/** Of several targets the first that one of them has. */
const ORDER: readonly TargetOutcome[] = ['refused', 'annotated', 'filtered', 'ignored'];

/** @param partial the replicas whose deliveries are missing. */
export function whatIf(compared: readonly Compared[], partial: readonly string[] = []): WhatIf {
  const total = compared.length;
  const items = compared.map(({ id, before, after }) => ({
    id,
    before: before === undefined ? ('refused' as const) : outcomeOf(before),
    after: outcomeOf(after),
  }));
  const changes = compared.flatMap(({ id, before, after }) => {
    const texts = changesOf(before, after);
    return texts.length === 0 ? [] : [`${id} ${texts.join(', ')}`];
  });
  const changed = changes.length;
  const summary = `${total} ${total === 1 ? 'delivery' : 'deliveries'}: ${changed} ${changed === 1 ? 'changes' : 'change'}`;
  const text = [summary, ...(changed === 0 ? [] : [changes.join('; ')])].join(': ');
  return { total, changed, items, ...(partial.length === 0 ? {} : { partial }), text };
}

/** What selects nothing filters everything. */
function outcomeOf({ targets }: Explanation): TargetOutcome {
  return ORDER.find((outcome) => targets.some((target) => target.outcome === outcome)) ?? 'filtered';
}

function changesOf(before: Explanation | undefined, after: Explanation): string[] {
  const targets = before?.targets ?? after.targets.map((target) => ({ ...target, outcome: 'refused' as const }));
  return targets.flatMap(({ ref, entry, outcome }) => {
    const ofEntry = after.targets.filter((target) => target.entry === entry);
    const now = (ofEntry.find((target) => target.ref === ref) ?? ofEntry[0])?.outcome ?? 'filtered';
    return outcome === now ? [] : [`${ref} ${outcome} → ${now}`];
  });
}
