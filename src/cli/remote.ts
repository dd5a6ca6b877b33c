import type { ServiceAddress } from '../service-file.ts';
import type { CommandMessage, Task } from './command.ts';
import { CommandRefused } from './problem.ts';

/**
 * Runs a command inside the service. `undefined` if it is not there any more (the file is of a process that was
 * killed); throws CommandRefused with what the service says.
 */
export async function runRemotely(
  service: ServiceAddress,
  command: { readonly name: string; readonly args: object },
  task: Omit<Task, 'ask'>,
): Promise<{ readonly result: unknown } | undefined> {
  const response = await post(service, command, task.signal);
  if (response === undefined || isAnother(response)) return undefined;
  if (!response.ok || response.body === null) throw await refusalOf(response);
  for await (const message of messagesOf(response.body, task.signal)) {
    if ('progress' in message) task.report(message.progress);
    else if ('output' in message) await task.write(message.output);
    else if ('problem' in message) throw new CommandRefused(message.problem);
    else return message;
  }
  throw endedEarly();
}

/** Another process listens there now: ours would know its own secret, and answer as OnHand does. */
const isAnother = ({ status, headers }: Response): boolean =>
  status === 401 || !/^application\/(x-ndjson|problem\+json)/.test(headers.get('content-type') ?? '');

const endedEarly = (): CommandRefused =>
  new CommandRefused({
    code: 'SERVICE_UNAVAILABLE',
    detail: 'The service stopped before it answered. Check its log, start it again and repeat the command.',
  });

/** One that hangs would be waited for as long as the longest command takes. */
const ALIVE_MS_MAX = 10_000;

async function post(
  { url, secret }: ServiceAddress,
  { name, args }: { readonly name: string; readonly args: object },
  signal: AbortSignal,
): Promise<Response | undefined> {
  try {
    const alive = AbortSignal.any([signal, AbortSignal.timeout(ALIVE_MS_MAX)]);
    await (await fetch(new URL('/health/live', url), { signal: alive })).body?.cancel();
    return await fetch(new URL(`/internal/commands/${encodeURIComponent(name)}`, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ args }),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isNobodyThere(error)) return undefined;
    throw new CommandRefused({
      code: 'SERVICE_UNAVAILABLE',
      detail: `The service at ${url} does not answer. Check its log, or stop it and try again.`,
    });
  }
}

/** What fetch throws where nobody listens. */
const isNobodyThere = (error: unknown): boolean =>
  (error as { cause?: { code?: unknown } | null }).cause?.code === 'ECONNREFUSED';

async function refusalOf(response: Response): Promise<CommandRefused> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code = response.status === 503 ? 'SERVICE_UNAVAILABLE' : (problem.code ?? 'SERVICE_UNAVAILABLE');
  return new CommandRefused({ code, detail: problem.detail ?? `The service answered ${response.status}.` });
}

async function* messagesOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<CommandMessage> {
  const chunks = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  for (let rest = ''; ;) {
    const chunk = await chunks.next().catch(() => {
      signal.throwIfAborted();
      throw endedEarly();
    });
    if (chunk.done === true) return;
    const lines = (rest + chunk.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as CommandMessage;
  }
}
