import { zip, type ZipEntry } from './zip.ts';

const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
const packageRelationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
const officeRelationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

export const WORD_MAIN =
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';

export interface Relationship {
  readonly type: string;
  readonly target: string;
  readonly external?: boolean;
}

export interface WordXml {
  readonly mainType?: string;
  /** Markup inside the body. */
  readonly body?: string;
  /** Markup before the root element of the document. */
  readonly prolog?: string;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly relationships?: readonly Relationship[];
  readonly parts?: readonly ZipEntry[];
}

/** The smallest docx that Word opens, with whatever a test adds. */
export const docx = (made: WordXml = {}): Buffer => zip(docxEntries(made));

export function docxEntries(made: WordXml = {}): ZipEntry[] {
  const overrides = { '/word/document.xml': made.mainType ?? WORD_MAIN, ...made.overrides };
  return [
    {
      name: '[Content_Types].xml',
      content: `<Types xmlns="${types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${Object.entries(
        overrides,
      )
        .map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`)
        .join('')}</Types>`,
    },
    {
      name: '_rels/.rels',
      content: relationships([{ type: 'officeDocument', target: 'word/document.xml' }]),
    },
    {
      name: 'word/document.xml',
      content: `${made.prolog ?? ''}<w:document xmlns:w="${word}"><w:body>${made.body ?? '<w:p><w:r><w:t>Camille Exemple</w:t></w:r></w:p>'}</w:body></w:document>`,
    },
    { name: 'word/_rels/document.xml.rels', content: relationships(made.relationships ?? []) },
    ...(made.parts ?? []),
  ];
}

const relationships = (all: readonly Relationship[]): string =>
  `<Relationships xmlns="${packageRelationships}">${all
    .map(
      ({ type, target, external }, index) =>
        `<Relationship Id="r${index}" Type="${officeRelationships}/${type}" Target="${target}"${external ? ' TargetMode="External"' : ''}/>`,
    )
    .join('')}</Relationships>`;

const odf = 'urn:oasis:names:tc:opendocument:xmlns';

export interface OpenDocument {
  readonly mimetype?: string;
  /** Markup inside the text. */
  readonly text?: string;
  /** Markup inside the manifest. */
  readonly manifest?: string;
  readonly parts?: readonly ZipEntry[];
}

/** The smallest odt that LibreOffice opens, with whatever a test adds. */
export function odt(made: OpenDocument = {}): Buffer {
  return zip([
    {
      name: 'mimetype',
      content: made.mimetype ?? 'application/vnd.oasis.opendocument.text',
      stored: true,
    },
    {
      name: 'content.xml',
      content: `<office:document-content xmlns:office="${odf}:office:1.0" xmlns:text="${odf}:text:1.0" xmlns:draw="${odf}:drawing:1.0" xmlns:script="${odf}:script:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:scripts/><office:body><office:text>${made.text ?? '<text:p>Camille Exemple</text:p>'}</office:text></office:body></office:document-content>`,
    },
    {
      name: 'META-INF/manifest.xml',
      content: `<manifest:manifest xmlns:manifest="${odf}:manifest:1.0">${made.manifest ?? ''}</manifest:manifest>`,
    },
    ...(made.parts ?? []),
  ]);
}
