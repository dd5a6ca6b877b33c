import kafkajs from 'kafkajs';

/** What is packed by the codec that is handed out becomes something else meanwhile. */
export async function whileUnpacking(
  unpack: (bytes: Buffer) => Buffer,
  play: (compression: kafkajs.CompressionTypes) => Promise<void>,
): Promise<void> {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as Record<number, () => object>;
  const codec = codecs[CompressionTypes.ZSTD]!;
  const decompress = async (bytes: Buffer): Promise<Buffer> => Promise.resolve(unpack(bytes));
  codecs[CompressionTypes.ZSTD] = () => ({ ...codec(), decompress });
  try {
    await play(CompressionTypes.ZSTD);
  } finally {
    codecs[CompressionTypes.ZSTD] = codec;
  }
}

export const throwingOf = (thrown: Error) => (): never => {
  throw thrown;
};
