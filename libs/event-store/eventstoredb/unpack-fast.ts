import streams from '@eventstore/db-client/generated/streams_pb.js';

/**
 * The client passes the JSON of an event on as base64, which google-protobuf decodes digit by digit, twice for each append:
 * 40 µs for 330 bytes, a fifth of the cost of an append. Node decodes it in one call.
 */
export function unpackFast(): void {
  const { prototype } = streams.BatchAppendReq.ProposedMessage;
  prototype.getData_asU8 = function (this: InstanceType<typeof streams.BatchAppendReq.ProposedMessage>) {
    return bytesOf(this.getData());
  };
  prototype.getCustomMetadata_asU8 = function (
    this: InstanceType<typeof streams.BatchAppendReq.ProposedMessage>,
  ) {
    return bytesOf(this.getCustomMetadata());
  };
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  if (typeof data !== 'string') return data;
  const { buffer, byteOffset, length } = Buffer.from(data, 'base64');
  return new Uint8Array(buffer, byteOffset, length); // The writer would copy a Buffer.
}
