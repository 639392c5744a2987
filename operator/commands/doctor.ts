/** `sluice doctor`: walks the way of a webhook to its targets, and stops at the first link that is broken. */
import type { List } from '../deliveries/api/list.ts';
import type { Explanation } from '../deliveries/explain/explanation.ts';
import type { RecordView } from '../deliveries/records/record-view.ts';
import { type ApiClient, ApiProblem, connect, SERVER_USAGE, serverOptions } from './api-client.ts';
import type { Command } from './command.ts';
import { type Facts, links, type ShownReceiver } from './diagnosis.ts';
import type { Link } from './link.ts';
import { namedObject, noMore, readWords } from './words.ts';

export const doctorCommand: Command = {
  usage: `sluice doctor NAMESPACE/NAME [flags]

Walks the way of a webhook of a Receiver: Secret, path, URL, TLS, filter, targets, last deliveries, follow-up. It stops at the
first broken link, and says how to mend it: exit code 1. The name and the certificate of the URL are checked from where it runs.

${SERVER_USAGE}`,
  async run(words, { env }) {
    const { values, positionals } = readWords(words, serverOptions);
    const [word, ...more] = positionals;
    noMore(more);
    const { namespace, name } = namedObject(word);
    const facts = await factsOf(connect(values, env), `/receivers/${namespace}/${name}`);
    const walked = await walk(facts);
    return { output: textOf(walked), exitCode: walked.some(({ link }) => link.outcome === 'broken') ? 1 : 0 };
  },
};

async function factsOf(api: ApiClient, path: string): Promise<Facts> {
  const receiver = await api.get<ShownReceiver>(path);
  const deliveries = await api.get<List<RecordView>>(`${path}/deliveries`);
  return { receiver, deliveries: deliveries.items, probe: await probe(api, path) };
}

/** What would become of a request without anything in it: whether it would be served, and the filters compile. */
async function probe(api: ApiClient, path: string): Promise<Facts['probe']> {
  try {
    const { request, answer } = await api.post<Explanation>(`${path}/explain`, { payload: {} });
    return { path: request.path, code: answer.code };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return error.code === 'InvalidCELExpression' ? { fault: error.detail } : undefined;
  }
}

interface Walked {
  readonly name: string;
  readonly link: Link | { readonly outcome: 'not checked'; readonly detail: '' };
}

async function walk(facts: Facts): Promise<readonly Walked[]> {
  const walked: Walked[] = [];
  let isBroken = false;
  for (const { name, check } of links) {
    const link = isBroken ? ({ outcome: 'not checked', detail: '' } as const) : await check(facts);
    if (link.outcome === 'broken') isBroken = true;
    walked.push({ name, link });
  }
  return walked;
}

const NAME_WIDTH = Math.max(...links.map(({ name }) => name.length));
const OUTCOME_WIDTH = 'not checked'.length;

function textOf(walked: readonly Walked[]): string {
  const lines = walked.flatMap(({ name, link }) => {
    const line = `${link.outcome.padEnd(OUTCOME_WIDTH)}  ${name.padEnd(NAME_WIDTH)}  ${link.detail}`.trimEnd();
    return link.outcome === 'broken' ? [line, `${' '.repeat(OUTCOME_WIDTH)}  fix: ${link.fix}`] : [line];
  });
  return lines.map((line) => `${line}\n`).join('');
}
