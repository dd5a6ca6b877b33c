import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Appends } from './appends.ts';
import { Faults } from './faults.ts';
import { packReading } from './messages.ts';
import { Reads } from './reads.ts';
import { StoredLog } from './stored-log.ts';

const { StreamsService } = streamServices;
const STREAMS = { ...StreamsService, read: { ...StreamsService.read, responseSerialize: packReading } };

interface DoubleOptions {
  /** 0 (default) takes any free port. */
  readonly port?: number;
  /** Where the log is kept; in memory if left out. */
  readonly file?: string;
  /** Another node of the same cluster: both have one log. */
  readonly log?: StoredLog;
  readonly version?: string;
}

/**
 * Speaks EventStoreDB's protocol with the client's own message definitions, keeps the server's rules for
 * revisions and repeats, and lets go wrong what a test asks for. Not a database: a stand-in for tests.
 */
export class EventStoreDbDouble {
  readonly faults = new Faults();
  readonly log: StoredLog;
  readonly reads: Reads;
  readonly appends: Appends;
  readonly #server = new Server({
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    // Of ASP.NET, which the real one leaves as it is: more calls of a connection wait for their turn.
    'grpc.max_concurrent_streams': 100,
  });
  readonly #ownsLog: boolean;
  #port = 0;

  private constructor(options: DoubleOptions) {
    this.log = options.log ?? new StoredLog(options.file);
    this.#ownsLog = options.log === undefined;
    this.reads = new Reads(this.log, this.faults);
    this.appends = new Appends(this.log, this.faults);
    const { read } = this.reads;
    const { append, batchAppend, delete: remove, tombstone } = this.appends;
    this.#server.addService(STREAMS, {
      read,
      append,
      batchAppend,
      delete: remove,
      tombstone,
    });
    this.#server.addService(featureServices.ServerFeaturesService, {
      getSupportedMethods: answerWith(() => supported(options)),
    });
    this.#server.addService(gossipServices.GossipService, { read: answerWith(() => this.#members()) });
  }

  static async start(options: DoubleOptions = {}): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(options);
    double.#port = await new Promise<number>((resolve, reject) => {
      double.#server.bindAsync(
        `127.0.0.1:${options.port ?? 0}`,
        ServerCredentials.createInsecure(),
        (error, port) => (error ? reject(error) : resolve(port)),
      );
    });
    return double;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** As one node of a cluster, found by gossip. */
  get clusterUrl(): string {
    return `esdb://127.0.0.1:${this.#port},127.0.0.1:1?tls=false&nodePreference=leader`;
  }

  /** Ends at once, as if it had been killed. */
  stop(): void {
    this.#server.forceShutdown();
    if (this.#ownsLog) this.log.close();
  }

  #members(): gossip.ClusterInfo {
    const member = new gossip.MemberInfo();
    member.setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000001'));
    member.setState(gossip.MemberInfo.VNodeState.LEADER).setIsAlive(true).setTimeStamp('0');
    member.setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(this.#port));
    return new gossip.ClusterInfo().setMembersList([member]);
  }
}

function supported({ version = '23.10.0' }: DoubleOptions): features.SupportedMethods {
  const names = ['read', 'append', 'delete', 'tombstone', 'batchappend'];
  const methods = names.map((name) =>
    new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name),
  );
  return new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion(version);
}

const answerWith =
  <Answer>(make: () => Answer): handleUnaryCall<unknown, Answer> =>
  (_call, answer) =>
    answer(null, make());
