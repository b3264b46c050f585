import type {
  ChecklistItem,
  DocumentType,
} from '../recruitment-module/recruitment-module.events.ts';

/** The media type of each kind of file that is taken in. */
const MEDIA_TYPES: Readonly<Record<DocumentType, string>> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  odt: 'application/vnd.oasis.opendocument.text',
  rtf: 'application/rtf',
};

/** Whether a place takes files of this media type, which was told by their content. */
export const hasAcceptedType = ({ types }: ChecklistItem, mediaType: string): boolean =>
  types === undefined || types.some((type) => MEDIA_TYPES[type] === mediaType);
