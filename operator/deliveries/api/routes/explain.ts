/** Why each target of a Receiver is or is not annotated by a request, and what other filters would make of it. */
import type { Receiver } from '../../../api/receiver/receiver.ts';
import type { Explained } from '../../explain/explainer.ts';
import type { Explanation } from '../../explain/explanation.ts';
import type { TriedFilters } from '../../explain/tried-filters.ts';
import type { WhatIf } from '../../explain/what-if.ts';
import { type ExplainQuestion, explainQuestion } from '../explain-question.ts';
import { explainBody } from '../explain-schemas.ts';
import { bodyOf, findHeld } from '../find-held.ts';
import type { PageContext } from '../page-context.ts';
import { notFound, Problem } from '../problem.ts';
import type { ApiState, Route, ShownObject } from '../route.ts';
import { schemaOf } from '../schemas.ts';

export const explainRoute: Route = {
  method: 'POST',
  path: '/receivers/:namespace/:name/explain',
  right: ['deliveries', 'payloads'],
  describe: {
    summary:
      'Why each target is or is not annotated by a request, with the filters of the Receiver or others; nothing is',
    body: explainBody,
    answer: { anyOf: [schemaOf('Explanation'), schemaOf('WhatIf')] },
    problems: [400, 404, 409, 413, 429, 503],
  },
  async answer({ object, body, caller }, state): Promise<Explanation | WhatIf> {
    if (object === undefined) throw notFound();
    const receiver = object.value as unknown as Receiver;
    const question = explainQuestion(body, receiver.spec.resources.length);
    const { namespace, name } = object.ref;
    const right = question.kind === 'request' ? 'deliveries' : 'payloads';
    if (!(await caller.may(right, { kind: object.kind, namespace, name }))) throw notFound();
    return answered(await explained(state, object, receiver, question));
  },
};

async function explained(
  { context }: ApiState,
  { ref }: ShownObject,
  receiver: Receiver,
  question: ExplainQuestion,
): Promise<Explained<Explanation | WhatIf>> {
  const { explainer } = context;
  const { filters } = question;
  if (question.kind === 'request') return explainer.request(receiver, question.request, filters);
  if (question.kind === 'what-if') return explainKept(context, ref, receiver, filters);
  const delivery = await findHeld(context, ref, question.id);
  return explainer.delivery(receiver, { ...delivery, body: bodyOf(delivery) }, filters);
}

/** Of every replica. */
async function explainKept(
  { explainer, records }: PageContext,
  object: ShownObject['ref'],
  receiver: Receiver,
  filters: TriedFilters,
): Promise<Explained<WhatIf>> {
  const { answers, partial } = await records.bodies({ object });
  const held = answers.flatMap(({ items }) => items).sort((a, b) => (a.id < b.id ? 1 : -1));
  const kept = held.flatMap(({ body, ...delivery }) => (typeof body === 'object' ? [{ ...delivery, body }] : []));
  return explainer.whatIf(receiver, kept, filters, partial);
}

function answered<T>(outcome: Explained<T>): T {
  if ('answer' in outcome) return outcome.answer;
  if (outcome.refused === 'Busy') throw new Problem('TooManyRequests', 'Two explanations are under way');
  if (outcome.refused === 'TooSlow') throw new Problem('TooSlow', 'The explanation takes longer than 1 s');
  const [, parameter] = /^spec\.((?:resources\[\d+\]\.filter)|resourceFilter):/.exec(outcome.message) ?? [];
  throw new Problem('InvalidCELExpression', outcome.message, parameter === undefined ? {} : { parameter });
}
