import type { MailLocale } from './kinds.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');

/** An address that a browser opens, without the full stop or bracket that ends its sentence. */
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}»”’])/;

const withLinks = (line: string): string =>
  line
    .split(ADDRESS)
    .map((piece, index) => {
      const text = escaped(piece);
      return index % 2 === 1 ? `<a href="${text}">${text}</a>` : text;
    })
    .join('');

/** A text as HTML: paragraphs, line ends, and links where addresses stand. All else is escaped. */
export const htmlOf = (text: string, locale: MailLocale): string => {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.split('\n').map(withLinks).join('<br>\n')}</p>`);
  return [
    `<!doctype html>`,
    `<html lang="${locale}">`,
    '<head><meta charset="utf-8"></head>',
    '<body>',
    ...paragraphs,
    '</body>',
    '</html>',
    '',
  ].join('\n');
};
