import { defineRejections } from '@vivier/kernel';

export const applicationRejections = defineRejections({
  ApplicationUnknown: {
    message: 'There is no such application.',
    remedy: 'Ask for the list of dossiers and use an id from it.',
  },
  ApplicationExists: {
    message: 'There is already an application for this campaign.',
    remedy: 'Go on with the one named in the details.',
  },
  ApplicationForgotten: {
    message: 'This dossier was erased.',
    remedy: 'Nothing can be done on it any more.',
  },
  ApplicationNotEditable: {
    message: 'In its present state the candidate cannot change this application.',
    remedy: 'Wait for the decision, or for the organisation to return it for correction.',
  },
  ApplicationNotReviewable: {
    message: 'In its present state the documents of this application cannot be reviewed.',
    remedy: 'Return or accept the application first, then review its documents.',
  },
  ApplicationNotSubmitted: {
    message: 'The candidate has not submitted this application.',
    remedy: 'Decide on the whole once it is submitted; single documents can be reviewed now.',
  },
  ApplicationStateUnchanged: {
    message: 'The application is in this state already.',
    remedy: 'Nothing is to be done.',
  },
  SpaceLimited: {
    message: 'Until an application is accepted, only the dossier that was begun can be completed.',
    remedy: 'Complete and submit it; other campaigns open when it is accepted.',
  },
  RequirementUnknown: {
    message: 'There is no such requirement here.',
    remedy: 'Use one of the keys in the details.',
  },
  DeclarationMismatch: {
    message: 'This is not how this requirement is declared.',
    remedy: 'Send `claim` for a claim, `level` for a language, `answer` for a question.',
  },
  DocumentNotApplicable: {
    message: 'This document is not asked for any more: the candidate’s status is another one.',
    remedy: 'Review the documents that the dossier shows as submitted.',
  },
  ApplicationWithdrawn: {
    message: 'The candidate has withdrawn this application.',
    remedy: 'Nothing is to be decided; the candidate can begin it anew.',
  },
  ReviewerUnknown: {
    message: 'There is no such reviewer in the organisation.',
    remedy: 'Use the account id of an operator or an admin.',
  },
  ValidityPast: {
    message: 'This verdict would have ended already.',
    remedy: 'Give a day that is still to come, or refuse the document.',
  },
  ChecklistItemFull: {
    message: 'This place holds as many documents as it takes.',
    remedy: 'Take one out of it first.',
  },
  DocumentTypeNotAccepted: {
    message: 'This place does not take files of this type.',
    remedy: 'Deposit the document as one of the types in the details.',
  },
  ChecklistItemUnknown: {
    message: 'The checklist of this application has no such item.',
    remedy: 'Use one of the keys in the details.',
  },
  DocumentAlreadySelected: {
    message: 'This document already lies in another place of the application.',
    remedy: 'Deposit another document for this place.',
  },
  DocumentNotInApplication: {
    message: 'This application holds no such document.',
    remedy: 'Read the dossier again and use a document of it.',
  },
  VersionNotInApplication: {
    message: 'The application holds another version of this document.',
    remedy: 'Read the dossier again and decide on the version that it shows.',
  },
  VerdictUnchanged: {
    message: 'This version of the document has this verdict already.',
    remedy: 'Nothing is to be done.',
  },
  ConsentMissing: {
    message: 'The organisation may keep an application only with the candidate’s consent.',
    remedy: 'Grant consent first, then submit again.',
  },
  ApplicationIncomplete: {
    message: 'Something that the organisation asks for is missing.',
    remedy: 'Complete what the details name, then submit again.',
  },
  DocumentsNotAllValid: {
    message: 'Not every document of this dossier is valid.',
    remedy: 'Review the items in the details, or give a reason to accept the whole all the same.',
  },
});
