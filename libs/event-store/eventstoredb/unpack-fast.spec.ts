import streams from '@eventstore/db-client/generated/streams_pb.js';
import { unpackFast } from './unpack-fast.ts';

it('the faster way to unpack the data of an event makes the same bytes as the client', () => {
  const message = new streams.BatchAppendReq.ProposedMessage();
  const data = Buffer.from(JSON.stringify({ note: 'Tür, 茶, 🍵', n: 1 }));
  message.setData(data.toString('base64')).setCustomMetadata(Buffer.from('{}').toString('base64'));
  const [asBefore, packed] = [message.getData_asU8(), message.serializeBinary()];
  unpackFast();
  expect(Buffer.from(message.getData_asU8())).toEqual(Buffer.from(asBefore));
  expect(Buffer.from(message.serializeBinary())).toEqual(Buffer.from(packed));
  message.setData(data);
  expect(Buffer.from(message.getData_asU8())).toEqual(data);
});
