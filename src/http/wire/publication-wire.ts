import { type Publication, availabilityBody } from '#publishing';
import type { WebhookReport } from '#publishing/webhook';
import type { Instant } from '#kernel';
import { present, time } from './scalars.ts';

export function shownPublication({ desired, sent, acknowledged, refused, staleSince }: Publication): object {
  return {
    desired: availabilityBody(desired),
    ...present({
      sent: sent && { version: sent.version, via: sent.via, at: time(sent.at) },
      acknowledged: acknowledged && { version: acknowledged.version, at: time(acknowledged.at) },
      refused: refused && { version: refused.version, code: refused.code, at: time(refused.at) },
      staleSince: timeIf(staleSince),
    }),
  };
}

export function shownWebhook(report: WebhookReport | undefined): object {
  if (report === undefined) return {};
  const { lastFailure } = report;
  return {
    origin: report.origin,
    state: report.state,
    failuresInARow: report.failuresInARow,
    waiting: report.waiting,
    underway: report.underway,
    retrying: report.retrying,
    ...present({
      failingSince: timeIf(report.failingSince),
      lastTakenAt: timeIf(report.lastTakenAt),
      lastFailure: lastFailure && { at: time(lastFailure.at), code: lastFailure.code },
      nextTryAt: timeIf(report.nextTryAt),
    }),
  };
}

const timeIf = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : time(at));
