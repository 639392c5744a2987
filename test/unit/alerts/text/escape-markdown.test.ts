import { expect, test } from 'vitest';
import { escapeMarkdown } from '../../../../operator/alerts/text/escape-markdown.ts';

test.each([
  'Health check passed in 3.1s',
  'release/7@sha1:9d1f0c6b',
  'ghcr.io/org/app_one:v1@sha256:ab (1 of 2), "x" = 50%',
  'https://wiki.example/a_b/_c_?x=1&y=~2#frag',
  'a > b, ~5m, Deployment/payments/ledger dry-run',
])('%s stays as it is', (text) => expect(escapeMarkdown(text)).toBe(text));

test.each([
  ['*bold* _italic_ ~~gone~~ `code`', '\\*bold\\* \\_italic\\_ \\~\\~gone\\~\\~ \\`code\\`'],
  ['[a](https://evil.example)', '\\[a\\](https://evil.example)'],
  ['https://good.example/](https://evil.example)', 'https://good.example/\\](https://evil.example)'],
  ['https://x.example/@all', 'https://x.example/@\u200ball'],
  ['<at>x</at> &lt;', '\\<at>x\\</at> \\&lt;'],
  ['# head\n  - item\n> quote\n===', '\\# head\n  \\- item\n\\> quote\n\\==='],
  ['C:\\dir', 'C:\\\\dir'],
  ['mail to a@b.example or @team', 'mail to a@b.example or @\u200bteam'],
])('%s is shown as it is written', (text, escaped) => expect(escapeMarkdown(text)).toBe(escaped));
