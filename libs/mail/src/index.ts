export { checkTemplate, type TemplateProblem } from './check-template.ts';
export { defaultTemplates } from './defaults.ts';
export {
  mailKinds,
  mailLocales,
  variablesOf,
  type MailKind,
  type MailLocale,
  type MailTemplate,
  type MailVariables,
} from './kinds.ts';
export {
  MailDeferred,
  MailRefused,
  type MailContent,
  type MailPlace,
  type MailTransport,
  type OutgoingMail,
} from './port.ts';
export { previewMail, renderMail, type RenderedMail } from './render.ts';
export { openMailFolder, type MailFolder, type MailSealing } from './sealed-folder.ts';
export { openSmtp } from './smtp.ts';
