import type { LinkKind } from '@vivier/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ACCOUNT_PAGES } from '../house/account-links.ts';
import { script, style } from './account-script.ts';

type Language = 'fr' | 'en';

interface Words {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly done: string;
}

const words: Readonly<Record<LinkKind, Readonly<Record<Language, Words>>>> = {
  activation: {
    fr: {
      title: 'Activer votre compte',
      text: 'Confirmez que cette adresse est la vôtre.',
      button: 'Activer',
      done: 'Votre compte est activé.',
    },
    en: {
      title: 'Activate your account',
      text: 'Confirm that this address is yours.',
      button: 'Activate',
      done: 'Your account is activated.',
    },
  },
  passwordReset: {
    fr: {
      title: 'Choisir un nouveau mot de passe',
      text: 'De 12 à 256 caractères, lesquels que ce soit.',
      button: 'Enregistrer',
      done: 'Votre mot de passe est changé. Connectez-vous avec le nouveau.',
    },
    en: {
      title: 'Choose a new password',
      text: '12 to 256 characters, any of them.',
      button: 'Save',
      done: 'Your password is changed. Sign in with the new one.',
    },
  },
  addressChange: {
    fr: {
      title: 'Confirmer votre nouvelle adresse',
      text: 'Vous vous connecterez avec cette adresse, et non plus avec l’ancienne.',
      button: 'Confirmer',
      done: 'Votre adresse est changée. Connectez-vous avec la nouvelle.',
    },
    en: {
      title: 'Confirm your new address',
      text: 'You will sign in with this address, and no more with the old one.',
      button: 'Confirm',
      done: 'Your address is changed. Sign in with the new one.',
    },
  },
};

const mutations: Readonly<Record<LinkKind, string>> = {
  activation: 'confirmAccount',
  passwordReset: 'resetPassword',
  addressChange: 'confirmAddressChange',
};

const field: Readonly<Record<Language, string>> = { fr: 'Mot de passe', en: 'Password' };

const page = (kind: LinkKind, language: Language): string => {
  const { title, text, button, done } = words[kind][language];
  const password =
    kind === 'passwordReset'
      ? `<label>${field[language]} <input type="password" name="password" autocomplete="new-password" minlength="12" maxlength="256" required></label>\n  `
      : '';
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="account.css">
<h1>${title}</h1>
<p>${text}</p>
<form data-mutation="${mutations[kind]}" data-done="${done}">
  ${password}<button>${button}</button>
</form>
<p role="status"></p>
<script src="account.js"></script>
</html>
`;
};

/** French before English where the browser asks for it so. */
const languageOf = ({ headers }: FastifyRequest): Language =>
  /\b(fr|en)\b/i.exec(headers['accept-language'] ?? '')?.[1]?.toLowerCase() === 'fr' ? 'fr' : 'en';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Where the links in mails lead in a browser. The token stands behind `#` and goes from the page straight
 * into a mutation, when its reader presses the button: whoever only looks a link up uses none.
 */
export const accountPages = (server: FastifyInstance): void => {
  for (const [kind, name] of Object.entries(ACCOUNT_PAGES) as [LinkKind, string][])
    server.get(`/account/${name}`, async (request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .header('vary', 'accept-language')
        .send(page(kind, languageOf(request))),
    );
  const files = { js: ['text/javascript', script], css: ['text/css', style] } as const;
  for (const [extension, [type, text]] of Object.entries(files))
    server.get(`/account/account.${extension}`, async (_, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'public, max-age=300')
        .send(text),
    );
};
