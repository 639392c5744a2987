/** Takes from a text what could reach people or lead them astray, for markups that know no escape. */

/** U+200B: shows nothing and ends what a parser searches for. */
export const ZERO_WIDTH_SPACE = '\u200b';

/** An `@` that begins a word; inside one it belongs to a revision, an image or a mail address. */
const MENTION = /(?<![A-Za-z0-9])@(?=[\w*-])/g;
/** Of `[text](address)`, `[text][reference]` and `[reference]: address`. */
const LINK = /\](?=[([:])/g;
/** Of `<address|text>`, `<@user>`, `<!channel>` and HTML. */
const TAG = /<(?=[@!#/A-Za-z])/g;

/** No word of the text mentions a person or a group. */
export function defuseMentions(text: string): string {
  return text.replace(MENTION, `@${ZERO_WIDTH_SPACE}`);
}

/** As {@link defuseMentions}, and no address hides behind other words. */
export function defuse(text: string): string {
  return defuseMentions(text).replace(LINK, `]${ZERO_WIDTH_SPACE}`).replace(TAG, `<${ZERO_WIDTH_SPACE}`);
}
