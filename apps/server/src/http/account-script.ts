/** What a page says of a refusal, by code; of any other, `other`. */
const refusals = {
  fr: {
    LinkUnknown:
      'Ce lien ne mène nulle part. Ouvrez-le tel qu’il est dans le message, ou demandez-en un autre.',
    LinkUsed:
      'Ce lien a déjà servi, ou un plus récent l’a remplacé. Prenez celui du dernier message.',
    LinkExpired: 'Ce lien a expiré. Demandez-en un autre et ouvrez-le plus tôt.',
    PasswordTooWeak: 'Un mot de passe a de 12 à 256 caractères. Choisissez-en un autre.',
    AddressTaken: 'Cette adresse ne peut pas être prise ici. Choisissez-en une autre.',
    other: 'Cela n’a pas abouti. Réessayez dans un moment.',
  },
  en: {
    LinkUnknown:
      'This link leads nowhere. Open it as it stands in the mail, or ask for another one.',
    LinkUsed:
      'This link was used already, or a newer one took its place. Use that of the newest mail.',
    LinkExpired: 'This link has expired. Ask for another one and open it sooner.',
    PasswordTooWeak: 'A password has 12 to 256 characters. Choose another.',
    AddressTaken: 'This address cannot be taken here. Choose another.',
    other: 'It did not come about. Try again in a moment.',
  },
} as const;

/**
 * What the account pages run. The token leaves the address bar first. One command id a page, so that a
 * button that is pressed again after a lost answer gets the first answer.
 */
export const script = `'use strict';
const refusals = ${JSON.stringify(refusals, null, 2)};
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
bytes[6] = (bytes[6] & 15) | 64;
bytes[8] = (bytes[8] & 63) | 128;
const commandId = bytes
  .map((byte, at) => ([4, 6, 8, 10].includes(at) ? '-' : '') + byte.toString(16).padStart(2, '0'))
  .join('');
const say = (code) => {
  const texts = refusals[document.documentElement.lang];
  status.textContent = texts[code] ?? texts.other;
};
if (!token) say('LinkUnknown');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { mutation, done } = form.dataset;
  const type = mutation[0].toUpperCase() + mutation.slice(1) + 'Input';
  const query = 'mutation($input: ' + type + '!) { ' + mutation + '(input: $input) { commandId } }';
  const input = { token, commandId };
  if (form.elements.password) input.password = form.elements.password.value;
  form.querySelector('button').disabled = true;
  try {
    const response = await fetch('../graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { errors } = await response.json();
    if (!errors) {
      form.remove();
      status.textContent = done;
      return;
    }
    say(errors[0].extensions.code === 'InvalidInput' ? 'LinkUnknown' : errors[0].extensions.code);
  } catch {
    say('other');
  }
  form.querySelector('button').disabled = false;
});
`;

export const style = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
h1 { font-size: 1.5rem }
label { display: block; margin: 1rem 0 }
input { font: inherit; padding: .4rem; width: 100%; box-sizing: border-box }
button { font: inherit; padding: .5rem 1.25rem }
`;
