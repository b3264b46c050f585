import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, ValidationPipe, type DynamicModule, type ValidationError } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { GraphQLModule } from '@nestjs/graphql';
import { commandRejections } from '@vivier/runtime';
import type { FastifyRequest } from 'fastify';
import { isObjectType, type GraphQLSchema } from 'graphql';
import type { House } from '../house/house.ts';
import { frameworkLog } from '../house/nest-log.ts';
import { countedAddress } from '../http/client-address.ts';
import { Failures } from '../http/failures.ts';
import type { Rates } from '../http/rates.ts';
import { Bus, FindDocumentsHandler, HOUSE, SendCommandHandler } from './bus.ts';
import { SignedInGuard, type RequestContext } from './caller.ts';
import { Feed } from './feed/feed.ts';
import { FEED_LIMITS, LIMITS_OF_FEED, type FeedLimits } from './feed/limits.ts';
import { errorFormatter } from './format-error.ts';
import { PUBLIC_URL } from './public-url.ts';
import { KeptDocuments } from './kept-documents.ts';
import { LIMITS, queryLimits } from './query-limits.ts';
import { Refused } from './refused.ts';
import { AccountResolver } from './resolvers/account.resolver.ts';
import { ApplicationResolver } from './resolvers/application.resolver.ts';
import { CandidateResolver } from './resolvers/candidate.resolver.ts';
import { DocumentResolver } from './resolvers/document.resolver.ts';
import { FeedResolver } from './resolvers/feed.resolver.ts';
import { MailResolver } from './resolvers/mail.resolver.ts';
import { MessageTemplateResolver } from './resolvers/message-template.resolver.ts';
import { PeopleResolver } from './resolvers/people.resolver.ts';
import { PersonalDataResolver } from './resolvers/personal-data.resolver.ts';
import { PersonalFeedResolver } from './resolvers/personal-feed.resolver.ts';
import { RecruitmentResolver } from './resolvers/recruitment.resolver.ts';
import { ReviewResolver } from './resolvers/review.resolver.ts';
import { MessagesResolver } from './resolvers/messages.resolver.ts';
import { QueuesResolver } from './resolvers/queues.resolver.ts';
import { SettingsResolver } from './resolvers/settings.resolver.ts';
import { TrailResolver } from './resolvers/trail.resolver.ts';
import { SignInResolver } from './resolvers/sign-in.resolver.ts';
import { withRights } from './rights-check.ts';
import { EventDataScalar, PositionScalar } from './scalars.ts';

/** What the schema is made of. */
export const resolvers = [
  SignInResolver,
  AccountResolver,
  RecruitmentResolver,
  CandidateResolver,
  DocumentResolver,
  ApplicationResolver,
  PeopleResolver,
  PersonalDataResolver,
  ReviewResolver,
  TrailResolver,
  SettingsResolver,
  QueuesResolver,
  MessagesResolver,
  FeedResolver,
  MailResolver,
  MessageTemplateResolver,
  PersonalFeedResolver,
];

export const scalars = [PositionScalar, EventDataScalar];

/** Every violation with its field; constraint messages speak of rules, not of values. */
const violations = (errors: readonly ValidationError[], path = ''): Record<string, string> =>
  Object.assign(
    {},
    ...errors.map(({ property, constraints, children }) => ({
      ...(constraints && { [path + property]: Object.values(constraints).join('; ') }),
      ...(children && violations(children, `${path}${property}.`)),
    })),
  ) as Record<string, string>;

/**
 * Nest gives every field a resolver of its own that hands functions on instead of calling them; without
 * it the executor's default applies, which calls them: a personal field is opened when it is asked for.
 */
const callingFields = (schema: GraphQLSchema): GraphQLSchema => {
  const roots = new Set([
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ]);
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !roots.has(type) && !type.name.startsWith('__'))
      for (const field of Object.values(type.getFields())) delete field.resolve;
  return schema;
};

/**
 * No answer may be kept by anybody on its way. Apollo's own plugin would find that out anew for each
 * field of each row.
 */
const neverStored: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      response.http.headers.set('cache-control', 'no-store');
    },
  }),
};

@Module({})
export class ApiModule {
  /** @param rates of requests by account */
  static of(
    house: House,
    publicUrl: () => string,
    rates: Rates,
    feedLimits: Partial<FeedLimits> = {},
  ): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        CqrsModule.forRoot(),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          sortSchema: true,
          transformSchema: (schema) => callingFields(withRights(schema)),
          path: '/graphql',
          graphiql: false,
          playground: false,
          introspection: true,
          includeStacktraceInErrorResponses: false,
          csrfPrevention: true,
          formatError: errorFormatter(house.log),
          parseOptions: { maxTokens: LIMITS.tokens },
          plugins: [queryLimits(), neverStored, ApolloServerPluginCacheControlDisabled()],
          allowBatchedHttpRequests: false,
          // Documents are kept parsed, not stored by their senders.
          persistedQueries: false,
          documentStore: new KeptDocuments(),
          // Too many attempts and too many requests are 429 also where a field says so.
          preserveHttpStatusForExecutionErrors: false,
          logger: frameworkLog(house.log, 'GraphQL'),
          context: (request: FastifyRequest): RequestContext => ({
            authorization: request.headers.authorization,
            address: countedAddress(request.ip),
            retryAfter: (accountId) => rates.take(accountId),
          }),
        }),
      ],
      providers: [
        { provide: HOUSE, useValue: house },
        { provide: PUBLIC_URL, useValue: publicUrl },
        { provide: LIMITS_OF_FEED, useValue: { ...FEED_LIMITS, ...feedLimits } },
        Feed,
        { provide: APP_GUARD, useClass: SignedInGuard },
        { provide: APP_FILTER, useClass: Failures },
        {
          provide: APP_PIPE,
          useValue: new ValidationPipe({
            transform: true,
            whitelist: true,
            forbidNonWhitelisted: true,
            exceptionFactory: (errors) =>
              new Refused(commandRejections.InvalidInput({ fields: violations(errors) })),
          }),
        },
        Bus,
        SendCommandHandler,
        FindDocumentsHandler,
        ...scalars,
        ...resolvers,
      ],
    };
  }
}
