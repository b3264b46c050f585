import { candidateSelf, deciderWords, organisation, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { everythingAsked, settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { rights } from '../rights.ts';
import { candidateEvents, type DocumentId } from './candidate.events.ts';
import { adaErased, adaId, adasVault, cv, cvReplaced, newerCv } from './candidate.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(candidateEvents);
const by = candidateSelf(adaId);
const { documentId } = cv;
const unknown = 'd0c00000-0000-4000-8000-0000000000ff' as DocumentId;
const fileName = 'Ada, curriculum.pdf';
const placeOf = ({ version, contentHash }: typeof cv) => ({ documentId, version, contentHash });

describe('R-026: a document of the vault', () => {
  test('gets another name, under which its newest version stands', async () => {
    await given(adasVault())
      .when('RenameDocument', { documentId, fileName }, { by })
      .then(events.DocumentRenamed({ ...placeOf(cv), fileName }));
    await given(adasVault(cvReplaced))
      .when('RenameDocument', { documentId, fileName }, { by })
      .then(events.DocumentRenamed({ ...placeOf(newerCv), fileName }));
  });

  test('is removed with the files of all of its versions', () =>
    given(adasVault(cvReplaced))
      .when('RemoveDocument', { documentId }, { by })
      .then(events.DocumentRemoved({ ...placeOf(newerCv), files: [cv.fileId, newerCv.fileId] })));

  const removed = events.DocumentRemoved({ ...placeOf(cv), files: [cv.fileId] });

  test('is gone once it was removed', async () => {
    await given(adasVault(removed))
      .when('RemoveDocument', { documentId }, { by })
      .thenRejected('DocumentUnknown');
    await given(adasVault(removed))
      .when('RenameDocument', { documentId, fileName }, { by })
      .thenRejected('DocumentUnknown');
  });

  test('does not come back by its old upload', () => {
    const { documentId: _, version: __, ...upload } = cv;
    return given(adasVault(removed))
      .when('AddDocument', upload, { by })
      .thenRejected('FileAlreadyUsed');
  });

  test('that was never deposited is neither renamed nor removed', async () => {
    await given(adasVault())
      .when('RenameDocument', { documentId: unknown, fileName }, { by })
      .thenRejected('DocumentUnknown');
    await given(adasVault())
      .when('RemoveDocument', { documentId: unknown }, { by })
      .thenRejected('DocumentUnknown');
  });

  test('has a name', () =>
    given(adasVault())
      .when('RenameDocument', { documentId, fileName: ' ' }, { by })
      .thenRejected('InvalidInput', { fields: { fileName: 'is missing or not acceptable' } }));
});

const asked = settingsOf(organisation, ...everythingAsked);
const amend = (values: Readonly<Record<string, string>>) => ({
  fields: Object.keys(values),
  cleared: Object.keys(values).filter((field) => values[field] === ''),
  values,
});
const amended = (values: Readonly<Record<string, string>>, filled: string[]) =>
  events.OwnInformationAmended({ fields: Object.keys(values), filled, values });

describe('R-018: one’s own information (mes infos)', () => {
  test('is kept field by field', async () => {
    const telephone = { telephone: '+33 1 23 45 67 89' };
    await given(asked, adasVault())
      .when('AmendOwnInformation', amend(telephone), { by })
      .then(amended(telephone, ['telephone']));
    await given(asked, adasVault(amended(telephone, ['telephone'])))
      .when('AmendOwnInformation', amend({ town: 'Lyon' }), { by })
      .then(amended({ town: 'Lyon' }, ['telephone', 'town']));
  });

  test('is filled no more where it was cleared', () =>
    given(asked, adasVault(amended({ telephone: '1', town: 'Lyon' }, ['telephone', 'town'])))
      .when('AmendOwnInformation', amend({ telephone: '', town: 'Paris' }), { by })
      .then(amended({ telephone: '', town: 'Paris' }, ['town'])));

  test('is what the organisation asks for, and nothing else', async () => {
    const fields = ['telephone', 'town'];
    for (const values of [{}, { religion: 'x' }, { telephone: '1', religion: 'x' }])
      await given(asked, adasVault())
        .when('AmendOwnInformation', amend(values), { by })
        .thenRejected('InformationFieldUnknown', { fields });
  });

  test('can be changed though it is asked for no more, as long as something stands there', async () => {
    const { InformationFieldsSet } = recruitmentModuleEvents;
    const nothing = InformationFieldsSet({ informationVersion: 2, fields: [] });
    const now = settingsOf(organisation, ...everythingAsked, nothing);
    await given(now, adasVault(amended({ town: 'Lyon' }, ['town'])))
      .when('AmendOwnInformation', amend({ town: '' }), { by })
      .then(amended({ town: '' }, []));
    await given(now, adasVault(amended({ town: '' }, [])))
      .when('AmendOwnInformation', amend({ town: 'Lyon' }), { by })
      .thenRejected('InformationFieldUnknown', { fields: [] });
  });
});

test('GDPR 17: who was erased has neither documents nor information', async () => {
  for (const [name, input] of [
    ['RenameDocument', { documentId, fileName }],
    ['RemoveDocument', { documentId }],
    ['AmendOwnInformation', amend({ town: 'Lyon' })],
  ] as const)
    await given(asked, adasVault(adaErased))
      .when(name, input, { by })
      .thenRejected('CandidateUnknown');
});
