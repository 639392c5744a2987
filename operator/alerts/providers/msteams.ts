/** Posts a card to Microsoft Teams: an Adaptive Card to a workflow, a message card to a connector. */
import { DeliveryError } from '../delivery-error.ts';
import { type GoJson, goJson } from '../encode/go-json.ts';
import type { FluxEvent } from '../flux-event.ts';
import type { ProviderType } from '../provider-type.ts';
import { hookUrl } from '../send/hook-url.ts';
import { mayPass, post } from '../send/post.ts';
import { escapeMarkdown } from '../text/escape-markdown.ts';
import { fitEvent } from '../text/fit-event.ts';
import { objectLabel } from '../text/object-label.ts';

const CONNECTOR_DOMAIN = '.webhook.office.com';
/** Teams' limit for a message, in bytes. */
const MAX_BODY_BYTES = 28_000;
/** What a connector says with status 200, in place of `1`, for what Teams did not take. */
const CONNECTOR_FAULT = /Webhook message delivery failed with error: (?:.* HTTP error (\d+))?/;

export const msteams: ProviderType = {
  name: 'msteams',
  description: 'Microsoft Teams',
  settings: { address: 'URL of the workflow or of the Office 365 connector' },
  prepare({ address, http }) {
    const url = hookUrl('Microsoft Teams', address);
    const card = url.hostname.endsWith(CONNECTOR_DOMAIN) ? messageCard : adaptiveCard;
    return {
      async send({ event }, signal) {
        const fitting = fitEvent(event, (cut) => Buffer.byteLength(goJson(card(cut))) <= MAX_BODY_BYTES);
        const { text } = await post(http, { url, body: goJson(card(fitting)) }, signal);
        checkConnector(text);
      },
    };
  },
};

function checkConnector(text: string): void {
  const fault = CONNECTOR_FAULT.exec(text);
  if (fault === null) return;
  if (fault[1] === undefined)
    throw new DeliveryError('passing', 'Microsoft Teams could not be reached by its connector');
  const status = Number(fault[1]);
  throw new DeliveryError(
    mayPass(status) ? 'passing' : 'final',
    `Microsoft Teams refused the message with status ${status}`,
  );
}

function messageCard(event: FluxEvent): GoJson {
  const label = objectLabel(event);
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: event.severity === 'error' ? 'FF0000' : '0076D7',
    summary: label,
    sections: [
      {
        activityTitle: escapeMarkdown(event.message),
        activitySubtitle: label,
        facts: [...event.metadata].map(([name, value]) => ({ name, value: escapeMarkdown(value) })),
      },
    ],
  };
}

function adaptiveCard(event: FluxEvent): GoJson {
  const title = { type: 'TextBlock', text: objectLabel(event), size: 'large', weight: 'bolder', wrap: true };
  const color = event.severity === 'error' ? 'attention' : undefined;
  const message = { type: 'TextBlock', text: escapeMarkdown(event.message), wrap: true, color };
  const facts = summaryFirst(event).map(([key, value]) => ({ title: key, value: escapeMarkdown(value) }));
  const factSet = { type: 'FactSet', facts: facts.length === 0 ? undefined : facts };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ type: 'Container', items: [title, message, factSet] }],
    msteams: { width: 'Full' },
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

function summaryFirst({ metadata }: FluxEvent): readonly (readonly [string, string])[] {
  const isSummary = ([key]: readonly [string, string]) => key === 'summary';
  return [...[...metadata].filter(isSummary), ...[...metadata].filter((entry) => !isSummary(entry))];
}
