import type { Liquid } from 'liquidjs';
import { sampleVariables, variablesOf, type MailKind, type MailTemplate } from './kinds.ts';
import { allowedFilters, allowedTags, innerTags, liquid } from './liquid.ts';
import { previewMail } from './render.ts';

/** Why a template cannot be used, for whoever wrote it. */
export interface TemplateProblem {
  readonly part: 'subject' | 'body';
  readonly problem:
    | 'Empty'
    | 'TooLong'
    | 'LineBreak'
    | 'Html'
    | 'TagNotAllowed'
    | 'FilterNotAllowed'
    | 'Syntax'
    | 'VariableUnknown'
    | 'LinkMissing';
  /** One sentence that says what to do. */
  readonly message: string;
  /** 1 for the first. */
  readonly line?: number;
}

/** Characters of each part. */
export const MOST = { subject: 200, body: 10_000 } as const;

const TAGS: readonly string[] = [...allowedTags, ...innerTags];
/** A tag's name, or the sign that stands for one. */
const TAG = /\{%-?\s*([\w#]+)/g;
/** What a browser would take for a tag, a comment or the beginning of a script. */
const HTML = /<[a-z!/?]/i;
const SHOWN = 40;

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

const listed = (names: readonly string[]): string => names.join(', ');

/** Problems that a reading by eye finds, in text that Liquid may not even be able to read. */
const outwardProblems = (part: TemplateProblem['part'], text: string): TemplateProblem[] => {
  const problems: TemplateProblem[] = [];
  const add = (problem: TemplateProblem['problem'], message: string, line?: number): void => {
    problems.push({ part, problem, message, ...(line !== undefined && { line }) });
  };
  if (text.trim() === '') add('Empty', 'Write something here.');
  if (text.length > MOST[part]) add('TooLong', `Shorten it to ${MOST[part]} characters.`);
  if (part === 'subject' && /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    add('LineBreak', 'Write the subject on one line.');
  const html = HTML.exec(text);
  if (html)
    add(
      'Html',
      'Write plain text: paragraphs and links become HTML by themselves.',
      lineOf(text, html.index),
    );
  for (const { index, 1: name = '' } of text.matchAll(TAG))
    if (!TAGS.includes(name))
      add(
        'TagNotAllowed',
        `Only these tags can be used: ${listed(allowedTags)}.`,
        lineOf(text, index),
      );
  return problems;
};

/** What Liquid itself says, in our words: its own would repeat what was written. */
const syntaxProblem = (part: TemplateProblem['part'], error: unknown): TemplateProblem => {
  const told = error instanceof Error ? error.message : '';
  const at = /line:(\d+)/.exec(told)?.[1];
  const line = at === undefined ? {} : { line: Number(at) };
  return /undefined filter/.test(told)
    ? {
        part,
        problem: 'FilterNotAllowed',
        message: `Only these filters can be used: ${listed(allowedFilters)}.`,
        ...line,
      }
    : {
        part,
        problem: 'Syntax',
        message: 'Close each {{ with }}, each {% with %} and each tag with its end.',
        ...line,
      };
};

const inwardProblems = (
  engine: Liquid,
  kind: MailKind,
  part: TemplateProblem['part'],
  text: string,
): TemplateProblem[] => {
  const known = variablesOf(kind);
  const named = (() => {
    try {
      return engine.globalFullVariablesSync(engine.parse(text));
    } catch (error) {
      return syntaxProblem(part, error);
    }
  })();
  if ('problem' in named) return [named];
  return named
    .filter((name) => !known.includes(name))
    .map((name) => ({
      part,
      problem: 'VariableUnknown',
      message: `There is no variable ${name.slice(0, SHOWN)} here: use ${listed(known)}.`,
    }));
};

/** Everything that a mail may lack. */
const nothing = { name: null, campaign: null, reason: null } as const;

/** What comes out, with everything there and with all that may lack left out. */
const renderedProblems = async (
  kind: MailKind,
  template: MailTemplate,
): Promise<readonly TemplateProblem[]> => {
  const { link } = sampleVariables(kind, 'en') as Readonly<Record<string, string>>;
  for (const known of [{}, nothing])
    try {
      const { subject, text } = await previewMail(kind, 'en', template, known);
      if (subject === '')
        return [{ part: 'subject', problem: 'Empty', message: 'Say something in any case.' }];
      // A link that was asked for and is left out makes the mail useless to whoever gets it.
      if (link !== undefined && !text.includes(link))
        return [{ part: 'body', problem: 'LinkMissing', message: 'Put {{ link }} in, as it is.' }];
    } catch (error) {
      return [syntaxProblem('body', error)];
    }
  return [];
};

/** Every problem of a template at once; none means that it can be rendered for any values. */
export const checkTemplate = async (
  kind: MailKind,
  template: MailTemplate,
): Promise<readonly TemplateProblem[]> => {
  const engine = await liquid();
  const parts = ['subject', 'body'] as const;
  const problems = parts.flatMap((part) => {
    const outward = outwardProblems(part, template[part]);
    // A tag that is refused already is not a mistake in syntax as well.
    const isReadable = !outward.some(
      ({ problem }) => problem === 'TagNotAllowed' || problem === 'TooLong',
    );
    return isReadable
      ? [...outward, ...inwardProblems(engine, kind, part, template[part])]
      : outward;
  });
  return problems.length > 0 ? problems : renderedProblems(kind, template);
};
