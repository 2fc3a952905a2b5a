import { z } from 'zod';
import { oneLine } from '../../lib/one-line.ts';
import type { Webhook } from '../../ports/notify-records.ts';

export type MessageFormat = Webhook['format'];

/** A message as its receiver wants it, made of the event that the log of deliveries keeps. */
export interface Message {
  readonly contentType: string;
  readonly body: string;
}

const MAX_FACTS = 8;
const MAX_VALUE = 300;
const JSON_TYPE = 'application/json; charset=utf-8';

const eventShape = z.object({
  type: z.string(),
  subject: z.string(),
  data: z.record(z.string(), z.unknown()),
});

interface Told {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly link: string;
}

const formats: Readonly<Record<MessageFormat, (event: string, source: string) => Message>> = {
  cloudevents: (body) => ({ contentType: 'application/cloudevents+json; charset=utf-8', body }),
  slack: (event, source) => ({ contentType: JSON_TYPE, body: JSON.stringify(slackMessage(tell(event, source))) }),
  teams: (event, source) => ({ contentType: JSON_TYPE, body: JSON.stringify(teamsMessage(tell(event, source))) }),
};

/** `event` is the CloudEvent in JSON, `source` the address of this server. */
export function messageOf(format: MessageFormat, event: string, source: string): Message {
  return formats[format](event, source);
}

/** `vulnerability.found` of `dev.assay.vulnerability.found.v1` as “Vulnerability found”, and what there is to it. */
function tell(text: string, source: string): Told {
  const { type, subject, data } = eventShape.parse(JSON.parse(text));
  const noun = type.replace(/^dev\.assay\./, '').replace(/\.v\d+$/, '');
  const words = noun.replaceAll(/[.-]/g, ' ');
  const repository = typeof data['repository'] === 'string' ? data['repository'] : undefined;
  const facts = Object.entries(data)
    .filter(([name]) => name !== 'repository')
    .map(([name, value]) => [oneLine(name, 60), valueInWords(value)] as const)
    .filter((each): each is readonly [string, string] => each[1] !== undefined)
    .slice(0, MAX_FACTS);
  return {
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${oneLine(subject, MAX_VALUE)}`,
    facts,
    link: repository === undefined ? source : `${source}/r/${encodeURI(repository.toWellFormed())}`,
  };
}

function valueInWords(value: unknown): string | undefined {
  const texts = (Array.isArray(value) ? value : [value]).map(wordOf).filter((each) => each !== undefined);
  if (texts.length === 0) return undefined;
  const more = texts.length > 10 ? ` and ${texts.length - 10} more` : '';
  return oneLine(texts.slice(0, 10).join(', '), MAX_VALUE) + more;
}

/** Of a vulnerability its id and severity. */
function wordOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') return undefined;
  return 'severity' in value && typeof value.severity === 'string' ? `${value.id} (${value.severity})` : value.id;
}

/**
 * What an incoming webhook of Slack takes. The text is no mrkdwn, and `&`, `<` and `>` are written as entities, so that no
 * name is a mention, a link or an emphasis; links in it are not unfurled.
 */
function slackMessage({ title, facts, link }: Told): object {
  const plain = (text: string) => ({ type: 'plain_text', text: escaped(text), emoji: false });
  return {
    text: escaped(title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'section', text: plain(title) },
      ...(facts.length === 0
        ? []
        : [{ type: 'section', fields: facts.map(([name, value]) => plain(`${name}: ${value}`)) }]),
      // The only markup: an address of this server, in which encoding leaves neither `>` nor `|`.
      { type: 'context', elements: [{ type: 'mrkdwn', text: `<${link}|Open in Assay>` }] },
    ],
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What webhooks of Microsoft Teams (Workflows) take: an Adaptive Card. Names stand in text runs of rich text blocks, in
 * which nothing is Markdown.
 */
function teamsMessage({ title, facts, link }: Told): object {
  const run = (text: string, weight: 'Bolder' | 'Default' = 'Default') => ({ type: 'TextRun', text, weight });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'RichTextBlock', inlines: [{ ...run(title, 'Bolder'), size: 'Medium' }] },
            ...facts.map(([name, value]) => ({
              type: 'RichTextBlock',
              spacing: 'Small',
              inlines: [run(`${name}: `, 'Bolder'), run(value)],
            })),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open in Assay', url: link }],
        },
      },
    ],
  };
}
