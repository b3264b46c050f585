import { Inject } from '@nestjs/common';
import { Args, Resolver, Subscription } from '@nestjs/graphql';
import type { House } from '../../house/house.ts';
import { FeedArguments } from '../arguments.ts';
import { refuseUnknown } from '../at-least.ts';
import { HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { Feed } from '../feed/feed.ts';
import type { FeedStream } from '../feed/feed-stream.ts';
import { eventNames } from '../feed/present-event.ts';
import { edgeRejections } from '../rejections.ts';
import { Refused } from '../refused.ts';
import { DomainEventType } from '../types/domain-event.ts';

@Resolver()
export class FeedResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly feed: Feed,
  ) {}

  @Subscription(() => DomainEventType, {
    description:
      'The events of the organisation in the order of the log, each once: first what lies after the position, then what comes.',
  })
  async domainEvents(
    @SignedIn() caller: Caller,
    @Args() { after, types }: FeedArguments,
  ): Promise<FeedStream> {
    if (types?.some((type) => !eventNames.includes(type)))
      throw new Refused(edgeRejections.EventUnknown({ known: eventNames }));
    await refuseUnknown(this.house, after);
    return this.feed.open(caller, { after: after ?? undefined, types: types ?? undefined });
  }
}
