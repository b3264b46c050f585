// What the whole house may know of the domain: its events and the words in them.
export * from './application/application.events.ts';
export * from './candidate/candidate.events.ts';
export * from './consent/consent.events.ts';
export * from './erasure/erasure.events.ts';
export * from './integrator/integrator.events.ts';
export * from './mail/mail.events.ts';
export * from './message-template/message-template.events.ts';
export * from './recruitment-module/recruitment-module.events.ts';
