/** `sluice explain`: what one request to a Receiver would do, from files, or a kept delivery, by a server. */
import { ReceiverError, RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { GROUP } from '../api/meta.ts';
import { RECEIVER_KIND, type Receiver } from '../api/receiver/receiver.ts';
import { explain } from '../deliveries/explain/explain.ts';
import type { Explanation, TargetOutcome } from '../deliveries/explain/explanation.ts';
import { webhookTypes } from '../webhooks/index.ts';
import type { WebhookRequest } from '../webhooks/webhook-type.ts';
import { SERVER_USAGE, serverOptions } from './api-client.ts';
import type { Command, CommandOutcome } from './command.ts';
import { CommandError } from './command-error.ts';
import { type DeliveryToExplain, explainDelivery } from './explain-delivery.ts';
import { type Document, readBytes, readDocuments } from './read-documents.ts';
import { selectFrom } from './select-from.ts';
import { namedObject, noMore, oneOf, readWords as parseWords } from './words.ts';

const EXPECTATIONS: readonly TargetOutcome[] = ['annotated', 'filtered', 'refused', 'ignored'];
const FORMATS = ['text', 'json'] as const;
const JSON_TYPE = 'application/json';

export const explainCommand: Command = {
  usage: `sluice explain -f receiver.yaml --payload push.json [flags]
sluice explain NAMESPACE/NAME --delivery ID [flags]

Says which targets of a Receiver a request would annotate, and why: each filter, sub-expression by sub-expression.
The first form needs no cluster, no Secret and no network, and takes the request as genuine. The second asks a running operator
about a delivery whose body is kept, with the filters and targets of now.

  -f, --filename FILE     the Receiver, in YAML or JSON; other objects in the file are passed over
      --name NAME         which Receiver, where there are several: name or namespace/name
      --payload FILE      the body of the request
      --header 'NAME: VALUE'
                          a header of the request, any number of times; Content-Type is application/json by default
      --objects FILE      the objects that can be selected; without it each named one is taken to exist
      --delivery ID       of a delivery, as sluice deliveries -o wide lists them
      --expect OUTCOME    exit with 1 unless every selected target is annotated, filtered, refused or ignored
  -o, --output FORMAT     text (default) or json
${SERVER_USAGE}`,
  async run(words, context) {
    const { values, positionals } = parsed(words);
    const expect = values.expect === undefined ? undefined : oneOf(EXPECTATIONS, values.expect, '--expect');
    const format = oneOf(FORMATS, values.output ?? 'text', '--output');
    const isOfServer = positionals.length > 0 || values.delivery !== undefined;
    const explanation = isOfServer
      ? await explainDelivery(deliveryOf(values, positionals), context.env)
      : await explainFiles(filesOf(values));
    return outcomeOf(explanation, expect, format);
  },
};

type Values = ReturnType<typeof parsed>['values'];

function parsed(words: readonly string[]) {
  return parseWords(words, {
    filename: { type: 'string', short: 'f' },
    name: { type: 'string' },
    payload: { type: 'string' },
    header: { type: 'string', multiple: true },
    objects: { type: 'string' },
    delivery: { type: 'string' },
    expect: { type: 'string' },
    output: { type: 'string', short: 'o' },
    ...serverOptions,
  });
}

const OF_FILES = ['filename', 'name', 'payload', 'header', 'objects'] as const;
const OF_SERVER = ['server', 'token-file'] as const;

function deliveryOf(values: Values, [word, ...more]: readonly string[]): DeliveryToExplain {
  const stray = OF_FILES.find((name) => values[name] !== undefined);
  if (stray !== undefined) throw new CommandError(`--${stray} goes with files, not with a delivery of a server`);
  noMore(more);
  const object = namedObject(word);
  if (values.delivery === undefined) throw new CommandError('--delivery is missing: the id of a delivery');
  return { object, id: values.delivery, server: values };
}

interface Files {
  readonly filename: string;
  readonly name: string | undefined;
  readonly payload: string;
  readonly header: readonly string[];
  readonly objects: string | undefined;
}

function filesOf(values: Values): Files {
  const { filename, payload, header = [], name, objects } = values;
  const stray = OF_SERVER.find((flag) => values[flag] !== undefined);
  if (stray !== undefined) throw new CommandError(`--${stray} goes with NAMESPACE/NAME and --delivery`);
  if (filename === undefined) throw new CommandError('-f is missing: the file with the Receiver');
  if (payload === undefined) throw new CommandError('--payload is missing: the file with the body of the request');
  return { filename, name, payload, header, objects };
}

async function explainFiles({ filename, name, payload, header, objects }: Files): Promise<Explanation> {
  const receiver = await readReceiver(filename, name);
  const found = objects === undefined ? undefined : await readDocuments(objects);
  return explained(filename, receiver, requestOf(await readBytes(payload), header), found);
}

function outcomeOf(
  explanation: Explanation,
  expect: TargetOutcome | undefined,
  format: (typeof FORMATS)[number],
): CommandOutcome {
  const output = format === 'json' ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanation.text;
  return { output, exitCode: expect === undefined || isAsExpected(explanation, expect) ? 0 : 1 };
}

async function readReceiver(file: string, name: string | undefined): Promise<Receiver> {
  const documents = await readDocuments(file);
  const receivers = documents.filter(isReceiver).map(withNamespace);
  const named = receivers.filter(({ metadata }) => {
    return name === undefined || name === metadata.name || name === `${metadata.namespace}/${metadata.name}`;
  });
  const [receiver, another] = named;
  if (receiver === undefined) {
    throw new CommandError(`${file}: it has no Receiver${name === undefined ? '' : ` ${name}`}`);
  }
  if (another === undefined) return receiver;
  const names = named.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
  throw new CommandError(`${file}: it has several Receivers (${names}); choose one with --name`);
}

function isReceiver({ apiVersion, kind }: Document): boolean {
  return kind === RECEIVER_KIND && apiVersion.startsWith(`${GROUP}/`);
}

/** A manifest need not say it. */
function withNamespace(document: Document): Receiver {
  const { metadata } = document;
  return { ...document, metadata: { namespace: 'default', ...metadata } } as unknown as Receiver;
}

function requestOf(body: Buffer, headers: readonly string[]): WebhookRequest {
  const given = headers.map(readHeader);
  const isTyped = given.some(([name]) => name.toLowerCase() === 'content-type');
  const pairs = isTyped ? given : [['Content-Type', JSON_TYPE] as const, ...given];
  return {
    method: 'POST',
    // Of one that comes twice the first counts.
    headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value] as const).toReversed()),
    rawHeaders: pairs.flat(),
    body,
  };
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = /^([^\s:]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new CommandError(`--header must be 'Name: value'; it is ${JSON.stringify(text)}`);
  }
  return [name, value.trim()];
}

async function explained(
  file: string,
  receiver: Receiver,
  request: WebhookRequest,
  objects: readonly Document[] | undefined,
): Promise<Explanation> {
  try {
    return await explain({ receiver, types: webhookTypes, request, select: (entry) => selectFrom(objects, entry) });
  } catch (error) {
    if (!(error instanceof ReceiverError || error instanceof RequestError)) throw error;
    throw new CommandError(`${file}: Receiver ${receiver.metadata.name}: ${messageOf(error)}`);
  }
}

/** What selects nothing is as expected by nobody. */
function isAsExpected({ targets }: Explanation, expected: TargetOutcome): boolean {
  return targets.length > 0 && targets.every(({ outcome }) => outcome === expected);
}
