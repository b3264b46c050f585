import { defineRejections } from '@vivier/kernel';

export const candidateRejections = defineRejections({
  CandidateUnknown: {
    message: 'There is no such candidate.',
    remedy: 'Register through an invitation link, or sign in again.',
  },
  AddressTaken: {
    message: 'This address cannot be registered here.',
    remedy: 'Sign in instead, or use another address.',
  },
  DocumentUnknown: {
    message: 'There is no such document.',
    remedy: 'Ask for the list of documents and use an id from it.',
  },
  DocumentInUse: {
    message: 'This document lies in an application that was sent.',
    remedy: 'Replace it instead, or withdraw the application first.',
  },
  FileAlreadyUsed: {
    message: 'This upload belongs to a document already.',
    remedy: 'Request a new upload for each document or version.',
  },
  InformationMandatory: {
    message: 'An application that was sent needs this information.',
    remedy: 'Change it instead of clearing it, or withdraw the application first.',
  },
  InformationFieldUnknown: {
    message: 'The organisation does not ask for this information.',
    remedy: 'Use keys from the list in the details.',
  },
});
