import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What another client sends: every codec in its own framing, transactions that are aborted and committed, and a
 * header without value. Words: the brokers, the topic.
 */
public class ForeignProducer {
  private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};
  private static final int RECORDS = 200;

  public static void main(String[] words) throws Exception {
    for (String codec : CODECS) {
      try (KafkaProducer<byte[], byte[]> producer = producer(words[0], codec, null)) {
        for (int n = 0; n < RECORDS; n++) producer.send(sale(words[1], codec + "-" + n));
      }
    }
    try (KafkaProducer<byte[], byte[]> producer = producer(words[0], "none", "foreign")) {
      producer.initTransactions();
      for (String end : new String[] {"aborted", "committed", "aborted-too", "committed-too"}) {
        producer.beginTransaction();
        for (int n = 0; n < RECORDS; n++) producer.send(sale(words[1], end + "-" + n));
        producer.flush();
        if (end.startsWith("aborted")) producer.abortTransaction();
        else producer.commitTransaction();
      }
    }
    try (KafkaProducer<byte[], byte[]> producer = producer(words[0], "none", null)) {
      ProducerRecord<byte[], byte[]> empty = sale(words[1], "without-value");
      empty.headers().remove("ce_source").add("ce_source", null).add("x-empty", null);
      producer.send(empty);
      ProducerRecord<byte[], byte[]> proto = sale(words[1], "prototype");
      proto.headers().add("__proto__", bytes("x")).add("toString", null).add("x-null", null);
      producer.send(proto);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(String brokers, String codec, String transaction) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    properties.put("compression.type", codec);
    properties.put("linger.ms", "50");
    properties.put("acks", "all");
    if (transaction != null) properties.put("transactional.id", transaction);
    String serializer = "org.apache.kafka.common.serialization.ByteArraySerializer";
    properties.put("key.serializer", serializer);
    properties.put("value.serializer", serializer);
    return new KafkaProducer<>(properties);
  }

  private static ProducerRecord<byte[], byte[]> sale(String topic, String id) {
    String data =
        "{\"saleId\":\"" + id + "\",\"location\":\"east\",\"lines\":[{\"sku\":\"A\",\"quantity\":1}]}";
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, bytes(id), bytes(data));
    Headers headers = record.headers();
    headers.add("ce_specversion", bytes("1.0")).add("ce_id", bytes(id)).add("ce_source", bytes("web"));
    headers.add("ce_type", bytes("sale.completed")).add("ce_time", bytes("2026-11-01T08:00:00Z"));
    headers.add("content-type", bytes("application/json"));
    return record;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
