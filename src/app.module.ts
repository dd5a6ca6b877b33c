import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { CHANNEL_HANDLERS } from './application/channels.ts';
import { ITEM_HANDLERS } from './application/items.ts';
import { MESSAGE_HANDLERS } from './application/messages.ts';
import { REQUEST_HANDLERS } from './application/requests.ts';
import { SET_UP_HANDLERS } from './application/set-up.ts';
import { CatalogController } from './http/catalog.controller.ts';
import { ChannelsController } from './http/channels.controller.ts';
import { CommandsController } from './http/commands.controller.ts';
import { CorrectionsController } from './http/corrections.controller.ts';
import { Cursors } from './http/cursor.ts';
import { DocsController, Documents } from './http/docs.controller.ts';
import { FeedController } from './http/feed.controller.ts';
import { HealthController } from './http/health.controller.ts';
import { HistoryReads } from './http/history-reads.ts';
import { InsideCommands } from './http/inside-commands.ts';
import { ItemsController } from './http/items.controller.ts';
import { MessagesController } from './http/messages.controller.ts';
import { Metrics } from './http/metrics.ts';
import { Pager } from './http/pager.ts';
import { PublicationsController } from './http/publications.controller.ts';
import { ReservationsController } from './http/reservations.controller.ts';
import { SetUpController } from './http/set-up.controller.ts';
import { SetUpDesk } from './http/set-up.desk.ts';
import { StatusController } from './http/status.controller.ts';
import { OnHand } from './service.ts';

interface AppParts {
  readonly onhand: OnHand;
  readonly metrics: Metrics;
  readonly cursorKey: Uint8Array;
  readonly documents: Documents;
  readonly commands: InsideCommands;
}

/** The controllers and handlers of HTTP, and what they need. */
@Module({})
export class AppModule {
  static of({ onhand, metrics, cursorKey, documents, commands }: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot(), TerminusModule.forRoot({ logger: false })],
      controllers: [
        MessagesController,
        SetUpController,
        CatalogController,
        ItemsController,
        ChannelsController,
        FeedController,
        PublicationsController,
        ReservationsController,
        CorrectionsController,
        StatusController,
        HealthController,
        DocsController,
        CommandsController,
      ],
      providers: [
        { provide: OnHand, useValue: onhand },
        { provide: Metrics, useValue: metrics },
        { provide: Pager, useValue: new Pager(new Cursors(cursorKey)) },
        { provide: Documents, useValue: documents },
        { provide: InsideCommands, useValue: commands },
        SetUpDesk,
        HistoryReads,
        ...MESSAGE_HANDLERS,
        ...REQUEST_HANDLERS,
        ...ITEM_HANDLERS,
        ...CHANNEL_HANDLERS,
        ...SET_UP_HANDLERS,
      ],
    };
  }
}
