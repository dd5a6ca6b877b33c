import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import { MESSAGE_HANDLERS } from './application/messages.ts';
import { SET_UP_HANDLERS } from './application/set-up.ts';
import { CommandsController } from './http/commands.controller.ts';
import { Cursors } from './http/cursor.ts';
import { DocsController, Documents } from './http/docs.controller.ts';
import { Freshness } from './http/freshness.ts';
import { HealthController } from './http/health.controller.ts';
import { MessagesController } from './http/messages.controller.ts';
import { Metrics } from './http/metrics.ts';
import { Pager } from './http/pager.ts';
import { SetUpController } from './http/set-up.controller.ts';
import { SetUpDesk } from './http/set-up.desk.ts';
import { StatusController } from './http/status.controller.ts';
import { OnHand } from './service.ts';

export interface AppParts {
  readonly onhand: OnHand;
  readonly metrics: Metrics;
  readonly cursorKey: Uint8Array;
  readonly documents: Documents;
}

/** The doors, and what they need. */
@Module({})
export class AppModule {
  static of({ onhand, metrics, cursorKey, documents }: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot(), TerminusModule.forRoot({ errorLogStyle: 'json' })],
      controllers: [
        MessagesController,
        SetUpController,
        StatusController,
        HealthController,
        DocsController,
        CommandsController,
      ],
      providers: [
        { provide: OnHand, useValue: onhand },
        { provide: Metrics, useValue: metrics },
        { provide: Pager, useValue: new Pager(new Cursors(cursorKey)) },
        { provide: Freshness, useValue: new Freshness(onhand) },
        { provide: Documents, useValue: documents },
        SetUpDesk,
        ...MESSAGE_HANDLERS,
        ...SET_UP_HANDLERS,
      ],
    };
  }
}
