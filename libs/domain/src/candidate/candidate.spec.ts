import {
  anonymous,
  candidateSelf,
  compliance,
  deciderWords,
  operator,
  organisation,
  told,
} from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import {
  settingsOf,
  summerLink,
  unknownLink,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { candidateEvents } from './candidate.events.ts';
import {
  ada,
  adaErased,
  adaId,
  adasVault,
  bobId,
  cv,
  cvReplaced,
  newerCv,
} from './candidate.fixtures.ts';

const given = deciderWords(aggregates, rights);
const {
  ActivationRequested,
  CandidateRegistered,
  DocumentAdded,
  DocumentReplaced,
  PersonalDataOpened,
} = told(candidateEvents);

const follower = anonymous(summerLink);
const at = '2026-03-02T09:00:00.000Z';
const self = candidateSelf(adaId);
const { fullName, email } = ada;
const { documentId, version: _, ...upload } = cv;
const { documentId: __, version: ___, ...newerUpload } = newerCv;
const anotherUpload = { ...newerUpload, fileId: 'f11e0000-0000-4000-8000-00000000000a' } as const;

test('R-022: whoever follows an invitation registers, and its campaign is noted (R-023)', () =>
  given(settingsOf(organisation))
    .when('RegisterCandidate', { invitationId: summerLink, fullName, email }, { by: follower, at })
    .thenMade(({ newId, derive }) => [
      CandidateRegistered({ ...ada, candidateId: newId }),
      ActivationRequested({ linkId: derive('link', newId), until: '2026-03-09T09:00:00.000Z' }),
    ]));

test('R-022: without a valid invitation nobody registers', () =>
  given(settingsOf(organisation))
    .when('RegisterCandidate', { invitationId: unknownLink, fullName, email }, { by: follower })
    .thenRejected('InvitationUnknown'));

test('R-084: a registration lists every wrong field at once and repeats no value', () =>
  given(settingsOf(organisation))
    .when(
      'RegisterCandidate',
      { invitationId: summerLink, fullName: '  ', email: 'ada at example' },
      { by: follower },
    )
    .thenRejected('InvalidInput', {
      fields: {
        fullName: 'is missing or not acceptable',
        email: 'is missing or not acceptable',
      },
    }));

test('Names are stored without the blanks around them', () =>
  given(settingsOf(organisation))
    .when(
      'RegisterCandidate',
      { invitationId: summerLink, fullName: ` ${fullName}\t`, email },
      { by: follower, at },
    )
    .thenMade(({ newId, derive }) => [
      CandidateRegistered({ ...ada, candidateId: newId }),
      ActivationRequested({ linkId: derive('link', newId), until: '2026-03-09T09:00:00.000Z' }),
    ]));

test('R-083: a candidate deposits a document as version 1', () =>
  given(adasVault())
    .when('AddDocument', newerUpload, { by: self })
    .thenMade(({ newId }) => [DocumentAdded({ ...newerUpload, documentId: newId, version: 1 })]));

test('An upload makes one document, not two', () =>
  given(adasVault()).when('AddDocument', upload, { by: self }).thenRejected('FileAlreadyUsed'));

test('R-026: a replaced document keeps its id and gets the next version', async () => {
  await given(adasVault())
    .when('ReplaceDocument', { documentId, ...newerUpload }, { by: self })
    .then(DocumentReplaced(newerCv));
  await given(adasVault(cvReplaced))
    .when('ReplaceDocument', { documentId, ...anotherUpload }, { by: self })
    .then(DocumentReplaced({ ...newerCv, ...anotherUpload, version: 3 }));
});

test('A document that was never deposited cannot be replaced', () =>
  given(adasVault())
    .when(
      'ReplaceDocument',
      { documentId: 'd0c00000-0000-4000-8000-0000000000ff', ...newerUpload },
      { by: self },
    )
    .thenRejected('DocumentUnknown'));

test('An upload that is a document already does not replace another', () =>
  given(adasVault(cvReplaced))
    .when('ReplaceDocument', { documentId, ...newerUpload }, { by: self })
    .thenRejected('FileAlreadyUsed'));

test('Who is not registered has no vault', () =>
  given().when('AddDocument', newerUpload, { by: self }).thenRejected('CandidateUnknown'));

test('GDPR 17: an erased candidate deposits and replaces nothing', async () => {
  await given(adasVault(adaErased))
    .when('AddDocument', newerUpload, { by: self })
    .thenRejected('CandidateUnknown');
  await given(adasVault(adaErased))
    .when('ReplaceDocument', { documentId, ...newerUpload }, { by: self })
    .thenRejected('CandidateUnknown');
});

test('A commandId that was used with another name of the file is refused', () =>
  given(adasVault())
    .when('AddDocument', newerUpload, { by: self, commandId: 'once' })
    .when('AddDocument', { ...newerUpload, fileName: 'Other.pdf' }, { by: self, commandId: 'once' })
    .thenRejected('CommandIdReused'));

test('A repeated deposit answers as the first time although the document was replaced since', () =>
  given(adasVault())
    .when('ReplaceDocument', { documentId, ...newerUpload }, { by: self, commandId: 'first' })
    .when('ReplaceDocument', { documentId, ...anotherUpload }, { by: self })
    .when('ReplaceDocument', { documentId, ...newerUpload }, { by: self, commandId: 'first' })
    .then(DocumentReplaced(newerCv)));

const officer = compliance('dora');
const reason = 'She asked us what is known of her (GDPR 15).';

test('GDPR 5(2): compliance opens a name for a reason, and the reason is kept', () =>
  given(adasVault())
    .when('OpenPersonalData', { candidateId: adaId, reason }, { by: officer })
    .then(PersonalDataOpened({ reason })));

test('Each opening is written down on its own', () =>
  given(adasVault())
    .when('OpenPersonalData', { candidateId: adaId, reason }, { by: officer, commandId: 'first' })
    .when('OpenPersonalData', { candidateId: adaId, reason }, { by: officer, commandId: 'next' })
    .then(PersonalDataOpened({ reason })));

test('Without a reason nothing is opened', () =>
  given(adasVault())
    .when('OpenPersonalData', { candidateId: adaId, reason: ' ' }, { by: officer })
    .thenRejected('InvalidInput', { fields: { reason: 'is missing or not acceptable' } }));

test('Who reads names anyway opens none with a reason', () =>
  given(adasVault())
    .when('OpenPersonalData', { candidateId: adaId, reason }, { by: operator('otto') })
    .thenRejected('NotAllowed'));

test('Of nobody nothing is opened', () =>
  given(adasVault())
    .when('OpenPersonalData', { candidateId: bobId, reason }, { by: officer })
    .thenRejected('CandidateUnknown'));

test('GDPR 17: of who was erased there is nothing to open, and nothing is written', () =>
  given(adasVault(adaErased))
    .when('OpenPersonalData', { candidateId: adaId, reason }, { by: officer })
    .then());

test('GDPR 17: an erased candidate stays erased after an opening that went before', () =>
  given(adasVault(PersonalDataOpened({ reason }), adaErased))
    .when('AddDocument', newerUpload, { by: self })
    .thenRejected('CandidateUnknown'));
