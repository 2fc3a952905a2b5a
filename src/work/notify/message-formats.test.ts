import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from './message-formats.ts';

const HOSTILE = [
  '<!channel> *bold* `x`',
  '<https://evil.example|click>',
  '[click](https://evil.example) **x**',
  '</at>&amp;<at>everyone</at>',
  'a\r\nb\u2028c\u202egnp.exe\u0000',
  '"}],"x":[{"',
  '\ud800 lone',
  'x'.repeat(5000),
];

function event(subject: string, data: object): string {
  return JSON.stringify({ type: 'dev.assay.vulnerability.found.v1', subject, data });
}

interface SlackText {
  readonly type: string;
  readonly text: string;
  readonly emoji?: boolean;
}
interface SlackShape {
  readonly text: string;
  readonly mrkdwn: boolean;
  readonly blocks: { readonly type: string; readonly text?: SlackText; readonly fields?: SlackText[] }[];
}
interface TeamsShape {
  readonly attachments: {
    readonly content: { readonly body: { type: string; inlines: { type: string; text: string }[] }[] };
  }[];
}

test('CloudEvents go as they are', () => {
  const text = event('shop/app:1', { count: 1 });
  assert.deepEqual(messageOf('cloudevents', text, 'https://a.example'), {
    contentType: 'application/cloudevents+json; charset=utf-8',
    body: text,
  });
});

test('what happened in words, with a link to the repository', () => {
  const data = {
    repository: 'shop/app',
    vulnerabilities: [{ id: 'CVE-2026-1', severity: 'high' }, { id: 'CVE-2026-2' }],
    count: 2,
    nested: { deep: 1 },
  };
  const { contentType, body } = messageOf('slack', event('shop/app@sha256:ab', data), 'https://a.example');
  assert.match(contentType, /^application\/json/);
  const slack = JSON.parse(body) as SlackShape;
  assert.equal(slack.text, 'Vulnerability found: shop/app@sha256:ab');
  assert.deepEqual(
    slack.blocks[1]?.fields?.map((each) => each.text),
    ['vulnerabilities: CVE-2026-1 (high), CVE-2026-2', 'count: 2'],
  );
  assert.match(body, /<https:\/\/a\.example\/r\/shop\/app\|Open in Assay>/);
  const teams = messageOf('teams', event('shop/app@sha256:ab', data), 'https://a.example').body;
  assert.match(teams, /"Action\.OpenUrl","title":"Open in Assay","url":"https:\/\/a\.example\/r\/shop\/app"/);
});

test('names of others are text: no mention, link, emphasis, line or turned direction is made of them', () => {
  for (const name of HOSTILE) {
    const text = event(name, { repository: `x/${name}`, actor: name, [name.slice(0, 50)]: name, list: [name, name] });
    const slackBody = messageOf('slack', text, 'https://a.example').body;
    const slack = JSON.parse(slackBody) as SlackShape;
    assert.equal(slack.mrkdwn, false);
    const texts = [
      { type: 'plain_text', text: slack.text, emoji: false },
      ...slack.blocks.slice(0, -1).flatMap((each) => [...(each.text ? [each.text] : []), ...(each.fields ?? [])]),
    ];
    for (const each of texts) {
      assert.equal(each.type, 'plain_text');
      assert.equal(each.emoji, false);
      assert.doesNotMatch(each.text, /[<>]|&(?!amp;|lt;|gt;)/, name);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(each.text, /[\u0000-\u001f\u2028\u2029\u202a-\u202e]/, name);
      assert.ok(each.text.length <= 2000 && each.text.isWellFormed());
    }
    const link = (slack.blocks.at(-1) as { elements?: { text: string }[] } | undefined)?.elements?.[0]?.text ?? '';
    assert.match(link, /^<https:\/\/a\.example\/r\/x\/[^<>|\s]*\|Open in Assay>$/);
    const teamsBody = messageOf('teams', text, 'https://a.example').body;
    const teams = JSON.parse(teamsBody) as TeamsShape;
    for (const block of teams.attachments[0]!.content.body) {
      assert.equal(block.type, 'RichTextBlock');
      for (const inline of block.inlines) {
        assert.equal(inline.type, 'TextRun');
        // oxlint-disable-next-line no-control-regex
        assert.doesNotMatch(inline.text, /[\u0000-\u001f\u2028\u2029\u202a-\u202e]/);
      }
    }
    assert.ok(teamsBody.length < 28_000 && slackBody.length < 28_000);
  }
});
