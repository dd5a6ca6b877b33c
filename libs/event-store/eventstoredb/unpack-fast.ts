import streams from '@eventstore/db-client/generated/streams_pb.js';

/**
 * The client packs the JSON of an event as base64, and google-protobuf unpacks that digit by digit, twice for each
 * append: of 330 bytes 40 µs, a fifth of all that an append costs. Node unpacks them in one.
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
