/** The texts that candidates are shown before they agree. A published version never changes. */
export interface ConsentText {
  readonly version: string;
  readonly fr: string;
  readonly en: string;
}

const texts: readonly ConsentText[] = [
  {
    version: 'recruitment-1',
    fr:
      "J'accepte que mes informations et mes documents soient conservés et consultés pour " +
      'étudier ma candidature. Je peux retirer cet accord à tout moment.',
    en:
      'I agree that my information and documents are kept and read in order to study my ' +
      'application. I can withdraw this agreement at any time.',
  },
];

/** The text to show now. */
export const currentConsentText = (): ConsentText => {
  const current = texts.at(-1);
  if (!current) throw new TypeError('No consent text is published.');
  return current;
};

/** Whether a version was ever published. */
export const isConsentText = (version: string): boolean =>
  texts.some((text) => text.version === version);
