import type { MailKind, MailLocale, MailTemplate } from './kinds.ts';

const HELLO = { fr: 'Bonjour', en: 'Hello' } as const;

/** Greeting, paragraphs and signature, with a blank line between. */
const letter =
  (locale: MailLocale) =>
  (subject: string, ...paragraphs: readonly string[]): MailTemplate => ({
    subject,
    body: [
      `${HELLO[locale]}{% if name %} {{ name }}{% endif %},`,
      ...paragraphs,
      '{{ organisation }}',
    ].join('\n\n'),
  });

const fr = letter('fr');
const en = letter('en');

const forCampaignFr = '{% if campaign %} pour « {{ campaign }} »{% endif %}';
const forCampaignEn = '{% if campaign %} for “{{ campaign }}”{% endif %}';

/** The product's own texts: version 0 of every template. */
export const defaultTemplates: Readonly<
  Record<MailKind, Readonly<Record<MailLocale, MailTemplate>>>
> = {
  activation: {
    fr: fr(
      'Activez votre compte chez {{ organisation }}',
      'Un espace candidat vous attend chez {{ organisation }}. Pour confirmer que cette adresse est la vôtre, ouvrez ce lien :',
      '{{ link }}',
      'Il fonctionne une seule fois, jusqu’au {{ until }}.',
      'Si vous n’êtes pas à l’origine de cette inscription, vous n’avez rien à faire.',
    ),
    en: en(
      'Activate your account with {{ organisation }}',
      'A candidate space is waiting for you at {{ organisation }}. To confirm that this address is yours, open this link:',
      '{{ link }}',
      'It works once, until {{ until }}.',
      'If it was not you who registered, there is nothing you need to do.',
    ),
  },
  correctionRequest: {
    fr: fr(
      'Votre candidature est à corriger',
      `Nous avons relu votre candidature${forCampaignFr}. Il faut la corriger avant que nous puissions continuer.`,
      '{% if reason %}Ce qu’il faut corriger : {{ reason }}{% endif %}',
      'Connectez-vous à votre espace, corrigez votre dossier, puis envoyez-le de nouveau.',
    ),
    en: en(
      'Your application needs a correction',
      `We have read your application${forCampaignEn}. It needs a correction before we can go on.`,
      '{% if reason %}What to correct: {{ reason }}{% endif %}',
      'Sign in to your space, correct your file, and send it again.',
    ),
  },
  finalRejection: {
    fr: fr(
      'Votre candidature n’a pas été retenue',
      `Nous vous remercions de votre candidature${forCampaignFr}. Nous ne pouvons pas y donner suite.`,
      '{% if reason %}Notre motif : {{ reason }}{% endif %}',
      'Cette décision est définitive. Les données de ce dossier sont effacées selon nos règles de conservation.',
    ),
    en: en(
      'Your application was not successful',
      `Thank you for your application${forCampaignEn}. We cannot take it any further.`,
      '{% if reason %}Our reason: {{ reason }}{% endif %}',
      'This decision is final. The data of this file are erased as our retention rules say.',
    ),
  },
  submissionConfirmation: {
    fr: fr(
      'Nous avons reçu votre candidature',
      `Votre candidature${forCampaignFr} nous est parvenue le {{ submittedAt }}.`,
      'Nous allons relire votre dossier, puis nous vous écrirons. Vous n’avez rien d’autre à faire pour le moment.',
    ),
    en: en(
      'We have received your application',
      `Your application${forCampaignEn} reached us on {{ submittedAt }}.`,
      'We will read your file and then write to you. There is nothing else to do for now.',
    ),
  },
  incompleteReminder: {
    fr: fr(
      'Votre dossier sera supprimé le {{ deleteOn }}',
      `Votre dossier${forCampaignFr} n’est pas complet. Sans action de votre part, il sera supprimé le {{ deleteOn }}, dans {{ days }} jour(s), avec les données qu’il contient.`,
      'Pour le garder, connectez-vous à votre espace, complétez votre dossier et envoyez-le.',
      'Si vous ne souhaitez plus candidater, vous n’avez rien à faire.',
    ),
    en: en(
      'Your file will be deleted on {{ deleteOn }}',
      `Your file${forCampaignEn} is not complete. Unless you act, it will be deleted on {{ deleteOn }}, in {{ days }} day(s), with the data that it holds.`,
      'To keep it, sign in to your space, complete your file and send it.',
      'If you do not want to apply any more, there is nothing you need to do.',
    ),
  },
  passwordReset: {
    fr: fr(
      'Choisissez un nouveau mot de passe',
      'Un nouveau mot de passe a été demandé pour votre compte chez {{ organisation }}. Pour le choisir, ouvrez ce lien :',
      '{{ link }}',
      'Il fonctionne une seule fois, jusqu’au {{ until }}.',
      'Si vous n’avez rien demandé, ne faites rien : votre mot de passe reste le même.',
    ),
    en: en(
      'Choose a new password',
      'Somebody asked for a new password for your account with {{ organisation }}. To choose it, open this link:',
      '{{ link }}',
      'It works once, until {{ until }}.',
      'If it was not you, do nothing: your password stays the same.',
    ),
  },
  addressChange: {
    fr: fr(
      'Confirmez votre nouvelle adresse',
      'Cette adresse doit devenir celle de votre compte chez {{ organisation }}. Pour la confirmer, ouvrez ce lien :',
      '{{ link }}',
      'Il fonctionne une seule fois, jusqu’au {{ until }}.',
      'Si vous n’avez rien demandé, ne faites rien : rien ne change.',
    ),
    en: en(
      'Confirm your new address',
      'This address is to become that of your account with {{ organisation }}. To confirm it, open this link:',
      '{{ link }}',
      'It works once, until {{ until }}.',
      'If it was not you, do nothing: nothing changes.',
    ),
  },
};
