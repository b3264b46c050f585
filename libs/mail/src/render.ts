import { htmlOf } from './html.ts';
import {
  sampleVariables,
  type MailKind,
  type MailLocale,
  type MailTemplate,
  type MailVariables,
} from './kinds.ts';
import { liquid } from './liquid.ts';

/** What a mail says. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Control characters and line ends: in a header they would begin another one. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** One line, whatever its values held. */
export const oneLine = (text: string): string => text.replace(CONTROLS, ' ').trim();

/** No control character but the line's end, no empty lines in a row: a paragraph that said nothing goes. */
const body = (text: string): string =>
  text
    .replace(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/**
 * Fills a template in. The HTML is the escaped text, so that no value and no template brings any of its
 * own.
 *
 * @throws where the template is not one that {@link checkTemplate} lets pass
 */
export const renderMail = async ({
  locale,
  template,
  variables,
}: {
  readonly kind: MailKind;
  readonly locale: MailLocale;
  readonly template: MailTemplate;
  readonly variables: MailVariables;
}): Promise<RenderedMail> => {
  const engine = await liquid();
  const fill = (text: string): string =>
    String(engine.renderSync(engine.parse(text), variables, { sync: true }));
  const text = body(fill(template.body));
  return { subject: oneLine(fill(template.subject)), text, html: htmlOf(text, locale) };
};

/** A mail with invented values; `known` replaces some, such as the organisation's name. */
export const previewMail = (
  kind: MailKind,
  locale: MailLocale,
  template: MailTemplate,
  known: Partial<MailVariables> = {},
): Promise<RenderedMail> =>
  renderMail({
    kind,
    locale,
    template,
    variables: { ...sampleVariables(kind, locale), ...known },
  });
