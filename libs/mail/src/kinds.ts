/** The languages that mails are written in. */
export const mailLocales = ['fr', 'en'] as const;
export type MailLocale = (typeof mailLocales)[number];

/** What a template may name, by the kind of mail (A.6). */
const variables = {
  activation: ['name', 'organisation', 'link', 'until'],
  correctionRequest: ['name', 'organisation', 'campaign', 'reason'],
  finalRejection: ['name', 'organisation', 'campaign', 'reason'],
  submissionConfirmation: ['name', 'organisation', 'campaign', 'submittedAt'],
  incompleteReminder: ['name', 'organisation', 'campaign', 'deleteOn', 'days'],
  passwordReset: ['name', 'organisation', 'link', 'until'],
  addressChange: ['name', 'organisation', 'link', 'until'],
} as const;

export type MailKind = keyof typeof variables;
export const mailKinds = Object.keys(variables) as readonly MailKind[];

/** A text to put in; null where there is none, which `{% if … %}` tells. */
export type MailVariables<Kind extends MailKind = MailKind> = Readonly<
  Record<(typeof variables)[Kind][number], string | null>
>;

/** The variables of a kind of mail. */
export const variablesOf = (kind: MailKind): readonly string[] => variables[kind];

/** Subject and body of a mail, in plain text with Liquid's `{{ variable }}` and `{% if … %}`. */
export interface MailTemplate {
  readonly subject: string;
  readonly body: string;
}

const samples: Readonly<Record<MailLocale, Readonly<Record<string, string>>>> = {
  fr: {
    name: 'Camille Exemple',
    organisation: 'Maison Exemple',
    campaign: 'Aide à domicile 2027',
    reason: 'Il manque la deuxième page du diplôme.',
    link: 'https://recrutement.example.org/lien#exemple',
    until: 'lundi 9 mars 2026 à 10:00',
    submittedAt: 'lundi 2 mars 2026 à 10:00',
    deleteOn: 'mercredi 1 avril 2026',
    days: '7',
  },
  en: {
    name: 'Camille Example',
    organisation: 'Example House',
    campaign: 'Home care 2027',
    reason: 'The second page of the diploma is missing.',
    link: 'https://recruit.example.org/link#example',
    until: 'Monday, 9 March 2026 at 10:00',
    submittedAt: 'Monday, 2 March 2026 at 10:00',
    deleteOn: 'Wednesday, 1 April 2026',
    days: '7',
  },
};

/** Invented values, so that somebody who edits a template sees what it comes to. */
export const sampleVariables = (kind: MailKind, locale: MailLocale): MailVariables =>
  Object.fromEntries(
    variables[kind].map((name) => [name, samples[locale][name] ?? '']),
  ) as MailVariables;
