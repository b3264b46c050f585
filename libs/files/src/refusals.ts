/** Why a file is refused, and what the person at the other end can do; no name, no content. */
const messages = {
  UploadUnknown: 'This upload address is not valid, was used, or has ended. Ask for a new one.',
  UploadBroken: 'The transfer broke off. Send the file again to the same address.',
  FileTooLarge: 'The file is larger than 1000 Ko. Make it smaller and send it again.',
  FileEmpty: 'The file is empty. Choose the right one and send it again.',
  FileTypeNotAccepted: 'Only pdf, doc, docx, odt and rtf documents are accepted. Save it as one.',
  FileHasMacros:
    'The document contains macros. Save a copy without them, or as pdf, and send that.',
  FileHasActiveContent:
    'The document contains scripts, attachments, embedded objects or outside links that load by themselves. Print it to pdf and send that.',
  FileEncrypted: 'The document is protected by a password or encrypted. Send a copy without it.',
  FileDamaged: 'The document cannot be read as what it says it is. Save a new copy and send that.',
  DownloadUnknown: 'This download address is not valid, was used, or has ended. Ask for a new one.',
  FileErased: 'The document was erased and cannot be had back.',
  SealedFileDamaged:
    'The stored document is damaged and was not handed out. Tell whoever runs this service.',
} as const;

export type FileRefusal = keyof typeof messages;

/** Every refusal of the document store. `code` is for programs, the message for the person. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly code: FileRefusal;
  constructor(code: FileRefusal, options?: ErrorOptions) {
    super(messages[code], options);
    this.code = code;
  }
}
