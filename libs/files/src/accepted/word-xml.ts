import { posix } from 'node:path';
import { FileRefused, type FileRefusal } from '../refusals.ts';
import type { Archive, EntryReader } from './archive.ts';
import { isActiveField, liesElsewhere } from './outside.ts';
import { markupReader, type MarkupVisitor } from './xml.ts';

const WORD_MAIN =
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';

/** Relationships to parts that run or unpack by themselves, by the last word of their type. */
const activeRelationships = new Set([
  'oleObject',
  'control',
  'activeXControl',
  'activeXControlBinary',
  'aFChunk',
  'attachedToolbars',
]);
const macroRelationships = new Set(['vbaProject', 'wordVbaData', 'xlMacrosheet']);
const macroParts = /(^|\/)(vbaProject[^/]*\.bin|vbaData[^/]*\.xml|macrosheets\/[^/]*)$/i;
/** `psmdcp`: core properties, as the .NET packager names them. */
const markupParts = /\.(xml|rels|psmdcp)$/i;

/** The last word of a relationship's type: strict and transitional documents differ before it. */
const kindOf = (type: string): string => type.slice(type.lastIndexOf('/') + 1);

/** A reader for parts that are not markup; the container's own rules look at them. */
export type BinaryReader = (name: string) => EntryReader;

/**
 * Looks through an Office Open XML package (ECMA-376). The outer one must be a Word document; one
 * embedded in it (the table behind a chart) may be of another kind, under the same rules.
 */
export async function inspectWordXml(
  archive: Archive,
  outer: boolean,
  binary: BinaryReader,
): Promise<void> {
  const findings = new Set<FileRefusal>();
  const types = new Map<string, string>();
  let mainPart: string | undefined;
  if (archive.names.some((name) => macroParts.test(name))) findings.add('FileHasMacros');

  const contentType = (part: string, type: string) => {
    types.set(part.toLowerCase(), type);
    if (/macroEnabled|vbaProject|vbaData|macrosheet/i.test(type)) findings.add('FileHasMacros');
    // What is read as markup must be seen as markup here, too.
    else if (/[+/]xml$/i.test(type) && type !== 'image/svg+xml' && !markupParts.test(part))
      findings.add('FileDamaged');
  };
  const relationship = (part: string, type: string, target: string, external: boolean) => {
    const kind = kindOf(type);
    if (macroRelationships.has(kind)) findings.add('FileHasMacros');
    if (activeRelationships.has(kind)) findings.add('FileHasActiveContent');
    // A link waits for a click; whatever else lies outside is fetched when the document is opened.
    if (external && kind !== 'hyperlink' && liesElsewhere(target))
      findings.add('FileHasActiveContent');
    if (part === '_rels/.rels' && kind === 'officeDocument')
      mainPart = posix.join('/', target).toLowerCase();
  };
  const visitor = (part: string): MarkupVisitor => {
    const fields = fieldReader(() => findings.add('FileHasActiveContent'));
    return {
      element: (name, attribute) => {
        fields.element(name, attribute);
        if (part === '[content_types].xml' && name === 'Override')
          contentType(attribute('PartName') ?? '', attribute('ContentType') ?? '');
        if (part === '[content_types].xml' && name === 'Default')
          contentType(`.${attribute('Extension') ?? ''}`, attribute('ContentType') ?? '');
        if (part.endsWith('.rels') && name === 'Relationship')
          relationship(
            part,
            attribute('Type') ?? '',
            attribute('Target') ?? '',
            attribute('TargetMode') === 'External',
          );
      },
      text: fields.text,
    };
  };
  await archive.readAll((name) =>
    markupParts.test(name)
      ? markupReader(visitor(name.toLowerCase()), archive.budget)
      : binary(name),
  );

  for (const code of ['FileHasMacros', 'FileHasActiveContent', 'FileDamaged'] as const)
    if (findings.has(code)) throw new FileRefused(code);
  if (
    mainPart === undefined ||
    !archive.names.some((name) => `/${name.toLowerCase()}` === mainPart)
  )
    throw new FileRefused('FileDamaged');
  const mainType = types.get(mainPart) ?? types.get(posix.extname(mainPart));
  if (outer && mainType !== WORD_MAIN) throw new FileRefused('FileTypeNotAccepted');
}

/** Only the first word of an instruction counts. */
const JUDGED_LENGTH = 100;

/** Puts the instructions of fields together, which Word spreads over runs, and judges each. */
function fieldReader(active: () => void) {
  const open: string[] = [];
  let inInstruction = false;
  const judge = (instruction: string | undefined) => {
    if (instruction !== undefined && isActiveField(instruction)) active();
  };
  return {
    element: (name: string, attribute: (name: string) => string | undefined) => {
      inInstruction = name === 'instrText' || name === 'delInstrText';
      if (name === 'fldSimple') judge(attribute('instr'));
      if (name !== 'fldChar') return;
      const type = attribute('fldCharType');
      if (type === 'begin') open.push('');
      else judge(open.at(-1));
      if (type === 'end') open.pop();
    },
    text: (text: string) => {
      const gathered = open.at(-1);
      if (!inInstruction || gathered === undefined) return;
      open[open.length - 1] = (gathered + text).trimStart().slice(0, JUDGED_LENGTH);
    },
  };
}
