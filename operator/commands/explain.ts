/** `sluice explain`: what one request to a Receiver would do, without a cluster, a Secret or a network. */
import { parseArgs } from 'node:util';
import { ReceiverError, RequestError } from '../api/errors.ts';
import { messageOf } from '../api/message-of.ts';
import { GROUP } from '../api/meta.ts';
import { RECEIVER_KIND, type Receiver } from '../api/receiver/receiver.ts';
import { explain } from '../deliveries/explain/explain.ts';
import type { Explanation, TargetOutcome } from '../deliveries/explain/explanation.ts';
import { webhookTypes } from '../webhooks/index.ts';
import type { WebhookRequest } from '../webhooks/webhook-type.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { type Document, readBytes, readDocuments } from './read-documents.ts';
import { selectFrom } from './select-from.ts';

const EXPECTATIONS: readonly TargetOutcome[] = ['annotated', 'filtered', 'refused', 'ignored'];
const FORMATS = ['text', 'json'] as const;
const JSON_TYPE = 'application/json';

export const explainCommand: Command = {
  usage: `sluice explain -f receiver.yaml --payload push.json [flags]

Says which targets of a Receiver a request would annotate, and why: each filter, sub-expression by sub-expression.
It needs no cluster, no Secret and no network, and takes the request as genuine.

  -f, --filename FILE     the Receiver, in YAML or JSON; other objects in the file are passed over
      --name NAME         which Receiver, where there are several: name or namespace/name
      --payload FILE      the body of the request
      --header 'NAME: VALUE'
                          a header of the request, any number of times; Content-Type is application/json by default
      --objects FILE      the objects that can be selected; without it each named one is taken to exist
      --expect OUTCOME    exit with 1 unless every selected target is annotated, filtered, refused or ignored
  -o, --output FORMAT     text (default) or json`,
  async run(words) {
    const values = readWords(words);
    const receiver = await readReceiver(values.filename, values.name);
    const objects = values.objects === undefined ? undefined : await readDocuments(values.objects);
    const request = requestOf(await readBytes(values.payload), values.header);
    const explanation = await explained(values.filename, receiver, request, objects);
    const output = values.output === 'json' ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanation.text;
    const asExpected = values.expect === undefined || isAsExpected(explanation, values.expect);
    return { output, exitCode: asExpected ? 0 : 1 };
  },
};

interface Values {
  readonly filename: string;
  readonly name: string | undefined;
  readonly payload: string;
  readonly header: readonly string[];
  readonly objects: string | undefined;
  readonly expect: TargetOutcome | undefined;
  readonly output: (typeof FORMATS)[number];
}

function readWords(words: readonly string[]): Values {
  const { filename, payload, output = 'text', expect, header = [], name, objects } = parsed(words);
  if (filename === undefined) throw new CommandError('-f is missing: the file with the Receiver');
  if (payload === undefined) throw new CommandError('--payload is missing: the file with the body of the request');
  return {
    filename,
    name,
    payload,
    header,
    objects,
    expect: expect === undefined ? undefined : oneOf(EXPECTATIONS, expect, '--expect'),
    output: oneOf(FORMATS, output, '--output'),
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      strict: true,
      options: {
        filename: { type: 'string', short: 'f' },
        name: { type: 'string' },
        payload: { type: 'string' },
        header: { type: 'string', multiple: true },
        objects: { type: 'string' },
        expect: { type: 'string' },
        output: { type: 'string', short: 'o' },
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${messageOf(error).split('\n')[0]}; --help lists what there is`);
  }
}

function oneOf<T extends string>(known: readonly T[], value: string, flag: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new CommandError(`${flag} must be one of ${known.join(', ')}; it is ${value}`);
  return found;
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
    headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
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
