import { z } from 'zod';
import type { Webhook } from '../../ports/notify-records.ts';
import { eventInWords, type EventWords } from './event-words.ts';

export type MessageFormat = Webhook['format'];

/** A message as its receiver wants it, made of the event that the log of deliveries keeps. */
export interface Message {
  readonly contentType: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

const eventShape = z.object({
  type: z.string(),
  subject: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const formats: Readonly<Record<MessageFormat, (event: string, source: string) => Message>> = {
  cloudevents: (body) => ({ contentType: 'application/cloudevents+json; charset=utf-8', body }),
  slack: (event, source) => ({ contentType: JSON_TYPE, body: JSON.stringify(slackMessage(tell(event, source))) }),
  teams: (event, source) => ({ contentType: JSON_TYPE, body: JSON.stringify(teamsMessage(tell(event, source))) }),
};

/** `event` is the CloudEvent in JSON, `source` the address of this server. */
export function messageOf(format: MessageFormat, event: string, source: string): Message {
  return formats[format](event, source);
}

function tell(text: string, source: string): EventWords {
  return eventInWords(eventShape.parse(JSON.parse(text)), source);
}

/**
 * What an incoming webhook of Slack takes. The text is no mrkdwn, and `&`, `<` and `>` are written as entities, so that no
 * name is a mention, a link or an emphasis; links in it are not unfurled.
 */
function slackMessage({ title, facts, link }: EventWords): object {
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
function teamsMessage({ title, facts, link }: EventWords): object {
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
