import { command, factsOf, type EventOf } from '@vivier/kernel';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import { candidateEvents as events, type DocumentId } from './candidate.events.ts';
import { candidateRejections as refuse } from './rejections.ts';
import { own, type CandidateState } from './state.ts';

const act = command<CandidateState, EventOf<typeof events>>();
const { DocumentAdded, DocumentReplaced, DocumentRenamed, OwnInformationAmended } = events;

const file = {
  fileId: DocumentAdded.fields.fileId,
  fileName: DocumentAdded.fields.fileName,
  mediaType: DocumentAdded.fields.mediaType,
  size: DocumentAdded.fields.size,
  contentHash: DocumentAdded.fields.contentHash,
};

/** What candidates do with the documents of their vault and with *mes infos*. */
export const ownCommands = {
  /** The edge has looked the upload up: its facts come with the command. */
  AddDocument: act({
    input: file,
    key: own,
    decide: (input, state, { newId }) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      if (state.files.includes(input.fileId)) return refuse.FileAlreadyUsed();
      return [DocumentAdded({ ...input, documentId: newId as DocumentId, version: 1 })];
    },
  }),

  /** Applications that pinned the document follow by a saga. */
  ReplaceDocument: act({
    input: { documentId: DocumentReplaced.fields.documentId, ...file },
    key: own,
    decide: (input, state) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      const document = state.documents[input.documentId];
      if (!document) return refuse.DocumentUnknown();
      if (state.files.includes(input.fileId)) return refuse.FileAlreadyUsed();
      return [DocumentReplaced({ ...input, version: document.version + 1 })];
    },
  }),

  RenameDocument: act({
    input: {
      documentId: DocumentRenamed.fields.documentId,
      fileName: DocumentRenamed.fields.fileName,
    },
    key: own,
    decide: ({ documentId, fileName }, state) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      const document = state.documents[documentId];
      if (!document) return refuse.DocumentUnknown();
      const { version, contentHash } = document;
      return [DocumentRenamed({ documentId, version, contentHash, fileName })];
    },
  }),

  /** The edge has looked that no application that was sent holds it. Its files go after the event. */
  RemoveDocument: act({
    input: { documentId: events.DocumentRemoved.fields.documentId },
    key: own,
    decide: ({ documentId }, state) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      const document = state.documents[documentId];
      if (!document) return refuse.DocumentUnknown();
      const { version, contentHash, files } = document;
      return [events.DocumentRemoved({ documentId, version, contentHash, files: [...files] })];
    },
  }),

  /**
   * Which fields are asked for is the organisation's; which of them a value fills is a fact that the edge
   * tells, since no rule reads what a value says.
   */
  AmendOwnInformation: act({
    input: {
      fields: OwnInformationAmended.fields.fields,
      cleared: OwnInformationAmended.fields.fields,
      values: OwnInformationAmended.fields.values,
    },
    key: own,
    evidence: (_, __, { organisationId }) => ({
      module: factsOf(recruitmentModule, organisationId),
    }),
    decide: ({ fields, cleared, values }, state, { evidence }) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      const asked = evidence.module.state.information.map(({ key }) => key);
      // What an older list asked for can still be changed: its values are there.
      const known = new Set([...asked, ...state.filled]);
      if (fields.length === 0 || !fields.every((field) => known.has(field)))
        return refuse.InformationFieldUnknown({ fields: asked });
      const filled = new Set([...state.filled, ...fields]);
      for (const field of cleared) filled.delete(field);
      return [OwnInformationAmended({ fields: [...fields], filled: [...filled], values })];
    },
  }),
};
