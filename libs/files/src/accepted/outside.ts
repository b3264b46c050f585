/**
 * Field instructions that start a program or draw in other documents. `MACROBUTTON` stands in most
 * templates with nothing behind it, `INCLUDEPICTURE` in every text pasted from a web page.
 */
const activeField = /^(DDE|DDEAUTO|INCLUDETEXT|IMPORT|LINK)\b/i;

/** Whether a field of a Word or RTF document reaches outside of it. */
export const isActiveField = (instruction: string): boolean =>
  activeField.test(instruction.trimStart().replace(/^"/, '').trimStart());

/**
 * Whether a reference leads off the reader's machine. A path on a drive does not: Word writes the one
 * of the template into every document made from it. A network path does, in any spelling.
 */
export function liesElsewhere(target: string): boolean {
  const trimmed = target.trim();
  if (/^file:\/\/\/(?![\\/])/i.test(trimmed)) return false;
  return /^([a-z][a-z0-9+.-]+:|[\\/]{2})/i.test(trimmed);
}
