import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { declaredRejections } from '@vivier/kernel';
import {
  accountRejections,
  applicationRejections,
  candidateRejections,
  consentRejections,
  erasureRejections,
  integratorRejections,
  mailRejections,
  messageTemplateRejections,
  recruitmentModuleRejections,
} from './index.ts';

const declared = [
  accountRejections,
  applicationRejections,
  candidateRejections,
  consentRejections,
  erasureRejections,
  integratorRejections,
  mailRejections,
  messageTemplateRejections,
  recruitmentModuleRejections,
].flatMap((set) => Object.keys(set));

/** Refusals that no command of the domain can meet through `execute`, and why they exist. */
const outOfReach: Readonly<Record<string, string>> = {
  AddressTaken: 'the edge gives it when the vault refuses the claim of an address',
  ConsentUnknown: 'the only command of a consent creates it, in a stream of the caller’s own',
  DocumentInUse: 'the edge gives it where an application that was sent holds the document',
  InformationMandatory:
    'the edge gives it where an application that was sent needs the information',
  IntegratorUnknown: 'every command of an integrator’s access creates it',
  MailUnknown: 'every command of a mail creates it',
  ModuleUnknown: 'every command of the settings creates them',
  ReviewerUnknown: 'the edge knows which accounts there are, and which of them review',
  TemplatesUnknown: 'every command of the templates creates them',
};

const specs = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));

test('Every refusal of the domain is exercised by a spec, or says why it cannot be', () => {
  const exercised = new Set(
    specs(import.meta.dirname).flatMap((text) =>
      [...text.matchAll(/\.thenRejected\(\s*'(\w+)'/g)].map(([, code]) => code),
    ),
  );
  expect(declared.filter((code) => !exercised.has(code)).sort()).toEqual(
    Object.keys(outOfReach).sort(),
  );
});

test('Every refusal is in the published catalogue, says what is wrong and what can be done', () => {
  for (const code of declared) {
    const text = declaredRejections().get(code);
    expect(text?.message).toMatch(/\.$/);
    expect(text?.remedy).toMatch(/\.$/);
  }
});

test('No two aggregates declare the same refusal', () => {
  expect(new Set(declared).size).toBe(declared.length);
});
