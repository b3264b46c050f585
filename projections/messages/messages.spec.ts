import { applicationEvents } from '@vivier/domain/events';
import { candidateSelf, givenProjection as given, inStream, operator, told } from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { messages } from './messages.ts';

const { adaId, dossierId, messageId, nextMessageId } = history;
const inDossier = inStream(history.dossierStream);
const { MessageSent, MessagesRead } = told(applicationEvents);

const ada = candidateSelf(adaId);
const otto = operator('otto');
const at = '2026-04-01T08:00:00.000Z';
const asked = inDossier(MessageSent({ messageId, side: 'candidate', text: 'When can I begin?' }), {
  by: ada,
  at,
});
const answered = inDossier(
  MessageSent({ messageId: nextMessageId, side: 'organisation', text: 'In May.' }),
  { by: otto, at },
);
const message = (position: number, { kind, id, role }: typeof otto) => ({
  applicationId: dossierId,
  candidateId: adaId,
  position: position as never,
  by: { kind, id, role },
  at,
});
const question = { ...message(0, ada), _id: messageId, side: 'candidate' as const };
const answer = { ...message(1, otto), _id: nextMessageId, side: 'organisation' as const };

test('R-024: each message stands with who wrote it, when and on which side', () => {
  given(messages, asked, answered)
    .then(messageId, { ...question, text: 'When can I begin?' })
    .then(nextMessageId, { ...answer, text: 'In May.' })
    .redelivered()
    .thenUnchanged();
});

test('Reading changes no message', () => {
  given(messages, asked, inDossier(MessagesRead({ side: 'organisation', upTo: messageId }))).then(
    messageId,
    { ...question, text: 'When can I begin?' },
  );
});

test.each([
  ['dossier is forgotten', inDossier(history.forgotten)],
  ['person is erased', inStream(history.adasVault)(history.erasedAda)],
])('GDPR 17: when the %s the words go and the facts stay', (_, event) => {
  given(messages, asked, answered, event)
    .then(messageId, { ...question, text: null })
    .then(nextMessageId, { ...answer, text: null })
    .redelivered()
    .thenUnchanged();
});
