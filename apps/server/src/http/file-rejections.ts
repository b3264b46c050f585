import type { FileRefusal, FileRefused } from '@vivier/files';
import { defineRejections, type Rejection, type RejectionText } from '@vivier/kernel';

const rejections = defineRejections({
  UploadUnknown: {
    message: 'There is no such upload of yours, or it is not finished, was used, or has ended.',
    remedy: 'Request an upload, send the file to its address, then try again.',
  },
  UploadBroken: {
    message: 'The transfer broke off.',
    remedy: 'Send the file again to the same address.',
    retry: 'now',
  },
  FileTooLarge: {
    message: 'The file is larger than 1000 Ko.',
    remedy: 'Make it smaller and send it again.',
  },
  FileEmpty: { message: 'The file is empty.', remedy: 'Choose the right one and send it again.' },
  FileTypeNotAccepted: {
    message: 'Only pdf, doc, docx, odt and rtf documents are accepted.',
    remedy: 'Save it as one of them and send that.',
  },
  FileHasMacros: {
    message: 'The document contains macros.',
    remedy: 'Save a copy without them, or as pdf, and send that.',
  },
  FileHasActiveContent: {
    message:
      'The document contains scripts, attachments, embedded objects or outside links that load by themselves.',
    remedy: 'Print it to pdf and send that.',
  },
  FileEncrypted: {
    message: 'The document is protected by a password or encrypted.',
    remedy: 'Send a copy without it.',
  },
  FileDamaged: {
    message: 'The document cannot be read as what it says it is.',
    remedy: 'Save a new copy and send that.',
  },
  DownloadUnknown: {
    message: 'This download address is not valid, was used, or has ended.',
    remedy: 'Request a new one.',
  },
  FileErased: {
    message: 'The document was erased.',
    remedy: 'Nothing can be done on it any more.',
  },
  SealedFileDamaged: {
    message: 'The stored document is damaged and was not handed out.',
    remedy: 'Tell whoever runs this service.',
  },
} satisfies Record<FileRefusal, RejectionText>);

/** What the document store refuses, in the words of every other refusal. */
export const fileRejection = ({ code }: FileRefused): Rejection => rejections[code]();
