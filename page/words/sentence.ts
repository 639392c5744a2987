/** Why something did not go on, and what to do, in one sentence. That of a code is the operator's own. */
import { fixOf } from '../../operator/api/fixes.ts';
import type { FollowState, RecordView } from '../api/types.ts';
import { capitalized } from './capitalized.ts';
import { announcedWords } from './revision-words.ts';

/** Of a code or of the outcome of a message; undefined: it needs none. */
export function sentenceOfCode(code: string): string | undefined {
  const text = fixOf(code);
  return text && capitalized(text);
}

/** Of what is kept and tried again. */
export function sentenceOfPending(code: string): string {
  return sentenceOfCode(code) ?? 'What it needs cannot be reached now; it is kept, and Sluice tries again by itself';
}

/** Where a target has not gone on, or nobody knows; undefined: it has. Commands stand between backticks. */
export function sentenceOfState(
  state: FollowState,
  ref: string,
  announced?: RecordView['announced'],
): string | undefined {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  const object = `${kind} ${namespace}/${name}`;
  const command = (verb: string, rest = ''): string =>
    `\`kubectl -n ${namespace} ${verb} ${kind.toLowerCase()} ${name}${rest}\``;
  const sentences: Partial<Record<FollowState, string>> = {
    waiting: `${object} is annotated, and its controller has not handled that yet; if it stays so, see whether the controller runs and how much it has to do`,
    lagging: `${object} was fetched again and still has the revision before, because the sender's repository lags behind its webhook; Sluice asks again by itself, and if it never comes, compare the URL and the ref of the source with the sender`,
    failed: `${object} was handled and failed; see ${command('describe')}`,
    suspended: `${object} is suspended: it takes the annotation and fetches nothing; resume it with ${command('patch', ` --type merge -p '{"spec":{"suspend":false}}'`)}`,
    unfollowed: unfollowedSentence(object, announced),
  };
  const sentence = sentences[state];
  return sentence && capitalized(sentence);
}

function unfollowedSentence(object: string, announced: RecordView['announced']): string {
  if (announced?.revision === undefined && announced?.ref === undefined) {
    return `What came names no revision, so whether ${object} has what was pushed cannot be told`;
  }
  return `${object} tracks another ref than that of ${announcedWords(announced)}, or --follow is off; compare \`spec.ref\` of the source with what was pushed`;
}

/** Where the filters let nothing pass. */
export const filteredSentence =
  'The filters let no target pass; Explain shows which part of a filter decided, and the playground tries another one';
