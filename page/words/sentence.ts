/** Why something did not go on, and what to do, in one sentence. That of a code is the operator's own. */
import { fixOf } from '../../operator/api/fixes.ts';
import type { FollowState } from '../api/types.ts';
import { capitalized } from './capitalized.ts';

/** Of a code or of the outcome of a message; undefined: it needs none. */
export function sentenceOfCode(code: string): string | undefined {
  const text = fixOf(code);
  return text && capitalized(text);
}

/** Where a target has not gone on; undefined: it has, or nothing is known. Commands stand between backticks. */
export function sentenceOfState(state: FollowState, ref: string): string | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  const object = `${kind} ${namespace}/${name}`;
  const command = (verb: string, rest = ''): string =>
    `\`kubectl -n ${namespace} ${verb} ${kind.toLowerCase()} ${name}${rest}\``;
  const sentences: Partial<Record<FollowState, string>> = {
    waiting: `${object} is annotated, and its controller has not handled that yet; if it stays so, see whether the controller runs and how much it has to do`,
    lagging: `${object} was fetched again and still has the revision before, because the sender's repository lags behind its webhook; Sluice asks again by itself, and if it never comes, compare the URL and the ref of the source with the sender`,
    failed: `${object} was handled and failed; see ${command('describe')}`,
    suspended: `${object} is suspended: it takes the annotation and fetches nothing; resume it with ${command('patch', ` --type merge -p '{"spec":{"suspend":false}}'`)}`,
  };
  return sentences[state];
}

/** Where the filters let nothing pass. */
export const filteredSentence =
  'The filters let no target pass; Explain shows which part of a filter decided, and the playground tries another one';
