import { checkTemplate, type TemplateProblem } from './check-template.ts';
import { defaultTemplates } from './defaults.ts';
import { mailKinds, mailLocales, sampleVariables, variablesOf, type MailKind } from './kinds.ts';
import { previewMail, renderMail } from './render.ts';

const each = mailKinds.flatMap((kind) => mailLocales.map((locale) => [kind, locale] as const));

const problems = async (
  kind: MailKind,
  body: string,
  subject = 'Hello',
): Promise<readonly string[]> =>
  (await checkTemplate(kind, { subject, body })).map(
    ({ part, problem, line }: TemplateProblem) => `${part}: ${problem}${line ? ` ${line}` : ''}`,
  );

describe('The product’s own texts', () => {
  test.each(each)(
    'for %s in %s pass the check and say all that they are given',
    async (kind, locale) => {
      const template = defaultTemplates[kind][locale];
      expect(await checkTemplate(kind, template)).toEqual([]);
      const { subject, text, html } = await previewMail(kind, locale, template);
      const said = `${subject}\n${text}`;
      const values = sampleVariables(kind, locale) as Readonly<Record<string, string>>;
      for (const name of variablesOf(kind)) expect(said).toContain(values[name]);
      expect(html).toContain(`<html lang="${locale}">`);
      expect(said).not.toMatch(/[{}]/);
    },
  );

  test.each(each)('for %s in %s leave out what is not there', async (kind, locale) => {
    const missing = { name: null, campaign: null, reason: null };
    const { text } = await previewMail(kind, locale, defaultTemplates[kind][locale], missing);
    expect(text).toMatch(locale === 'fr' ? /^Bonjour,\n\n/ : /^Hello,\n\n/);
    expect(text).not.toMatch(/null|undefined|“”|« »|\n{3}/);
  });
});

describe('A template is checked when it is saved', () => {
  test('and every problem is told at once, each with its line', async () => {
    expect(
      await problems(
        'correctionRequest',
        'Dear {{ nmae }},\n<b>now</b>\n{% if reason %}{{ reasons }}{% endif %}',
        'One\nTwo {{ link }}',
      ),
    ).toEqual([
      'subject: LineBreak',
      'subject: VariableUnknown',
      'body: Html 2',
      'body: VariableUnknown',
      'body: VariableUnknown',
    ]);
  });

  test.each([
    '{% for a in (1..9) %}{% endfor %}',
    '{% tablerow a in name %}{% endtablerow %}',
    '{% include "/etc/passwd" %}',
    "{%- render 'x' -%}",
    '{% layout "x" %}',
    '{% assign x = "y" %}',
    '{% capture x %}{% endcapture %}',
    '{% increment x %}',
    '{% liquid echo name %}',
    '{% raw %}{% endraw %}',
    '{% # note %}',
  ])('and does nothing but choose between words: %s is refused', async (body) => {
    expect(await problems('finalRejection', body)).toContain('body: TagNotAllowed 1');
  });

  test.each([
    ['Hello\n{{ name', 'body: Syntax 2'],
    ['{% if name %}Hello', 'body: Syntax 1'],
    ['{{ name | url_encode }}', 'body: FilterNotAllowed 1'],
    ['{{ name | append: name }}', 'body: FilterNotAllowed 1'],
    ['{{ name.constructor }}', 'body: VariableUnknown'],
    ['{{ name[organisation] }}', 'body: VariableUnknown'],
    ['<script>alert(1)</script>', 'body: Html 1'],
    ['<img src=x onerror=alert(1)', 'body: Html 1'],
    ['<!-- note', 'body: Html 1'],
    ['  \n ', 'body: Empty'],
    ['x'.repeat(10_001), 'body: TooLong'],
    ['{{ (1..100000000) }}', 'body: Syntax'],
  ])('%j is refused', async (body, problem) => {
    expect((await problems('finalRejection', body))[0]).toMatch(new RegExp(`^${problem}`));
  });

  test('and where a link is what it is for, the link stands in it in any case', async () => {
    for (const body of ['Hello', '{{ link | upcase }}', '{% if name %}{{ link }}{% endif %}'])
      expect(await problems('activation', body)).toEqual(['body: LinkMissing']);
    expect(await problems('activation', 'Here: {{ link }}')).toEqual([]);
  });

  test('and its subject says something in any case', async () => {
    expect(await problems('finalRejection', 'Hello', '{{ reason }}')).toEqual(['subject: Empty']);
    expect(await problems('finalRejection', 'Hello', '{{ reason | default: "Hello" }}')).toEqual(
      [],
    );
  });

  test('and may compare, choose and use signs that are no HTML', async () => {
    const body =
      '{% case campaign %}{% when "A" %}a < b & c > d{% else %}x{% endcase %}{% unless name %}Hello{% endunless %}{% comment %}{% endcomment %}{{ name | upcase | truncate: 10 }}';
    expect(await problems('finalRejection', body)).toEqual([]);
  });
});

describe('A mail', () => {
  const render = (body: string, values: Readonly<Record<string, string | null>> = {}) =>
    renderMail({
      kind: 'finalRejection',
      locale: 'en',
      template: { subject: 'About {{ campaign }}', body },
      variables: { ...sampleVariables('finalRejection', 'en'), ...values },
    });

  test('brings no HTML of a value in, and none of its own but paragraphs and links', async () => {
    const { text, html } = await render('{{ reason }}\nsecond\n\nhttps://x.example/a?b=1&c="d".', {
      reason: '<script>alert("1")</script> & more',
    });
    expect(text).toBe(
      '<script>alert("1")</script> & more\nsecond\n\nhttps://x.example/a?b=1&c="d".',
    );
    expect(html).toContain(
      '<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more<br>\nsecond</p>',
    );
    expect(html).toContain(
      '<p><a href="https://x.example/a?b=1&amp;c=">https://x.example/a?b=1&amp;c=</a>&quot;d&quot;.</p>',
    );
    expect(html.match(/<(?!\/)[^!>]+>/g)?.map((tag) => tag.split(/[ >]/)[0])).toEqual(
      expect.arrayContaining(['<p', '<a']),
    );
  });

  test('makes links of web addresses alone', async () => {
    const { html } = await render(
      'javascript:alert(1) data:text/html,x (see https://x.example/y).',
    );
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toContain('<a href="https://x.example/y">https://x.example/y</a>).');
  });

  test('does not read a value as a template', async () => {
    expect((await render('{{ reason }}', { reason: '{{ name }}{% if %}' })).text).toBe(
      '{{ name }}{% if %}',
    );
  });

  test('has a subject of one line, whatever a value holds', async () => {
    const { subject } = await render('Hello', { campaign: 'A\r\nBcc: b@example.org\u2028C' });
    expect(subject).toBe('About A Bcc: b@example.org C');
  });

  test('keeps accents, line ends and no control characters', async () => {
    expect((await render('Été — {{ reason }}', { reason: 'a\u0000b\r\nc\u0007' })).text).toBe(
      'Été — ab\nc',
    );
  });
});
