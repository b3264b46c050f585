import { admin, deciderWords, operator, organisation, told } from '@vivier/testing';
import type { InputOf } from '@vivier/kernel';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import { messageTemplateEvents } from './message-template.events.ts';
import { messageTemplate } from './message-template.ts';

const given = deciderWords(aggregates, rights);
const { MessageTemplateSet } = told(messageTemplateEvents);
const by = admin('alix');
const hello = {
  kind: 'activation',
  locale: 'fr',
  subject: 'Bienvenue',
  body: 'Ouvrez {{ link }}',
} as const;

type Text = InputOf<typeof messageTemplateEvents.MessageTemplateSet.fields>;
const first: Text = { ...hello, templateVersion: 1 };
const past = (...texts: readonly Text[]) => ({
  of: messageTemplate,
  key: organisation as string,
  events: texts.map((text) => MessageTemplateSet(text)),
});

test('An admin writes the organisation’s own text, which is version 1', () =>
  given().when('SetMessageTemplate', hello, { by }).then(MessageTemplateSet(first)));

test('Each further text is a version of its own, by kind and language', async () => {
  const changed = { ...hello, subject: 'Soyez les bienvenus' };
  await given(past(first))
    .when('SetMessageTemplate', changed, { by })
    .then(MessageTemplateSet({ ...changed, templateVersion: 2 }));
  const english = { ...hello, locale: 'en' } as const;
  await given(past(first))
    .when('SetMessageTemplate', english, { by })
    .then(MessageTemplateSet({ ...english, templateVersion: 1 }));
});

test('The same text again changes nothing', () =>
  given(past(first)).when('SetMessageTemplate', hello, { by }).then());

test('Only an admin does, and never an empty one', async () => {
  await given()
    .when('SetMessageTemplate', hello, { by: operator('olu') })
    .thenRejected('NotAllowed');
  await given()
    .when('SetMessageTemplate', { ...hello, body: ' ' }, { by })
    .thenRejected('InvalidInput');
});
