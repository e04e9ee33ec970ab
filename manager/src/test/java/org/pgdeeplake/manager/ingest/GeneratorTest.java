package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.trino.tpch.TpchEntity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is generated is TPC-H, and the chunks of a table are the table. */
class GeneratorTest {
  private static BenchmarkTable table(String name) {
    return TpchSchema.named(name).orElseThrow();
  }

  /**
   * MD5 of dbgen's .tbl files in parts, as dbgen's -C and -S cut them. The figures are those that
   * trinodb/tpch publishes with its tests (src/test/java/io/trino/tpch/Test*Generator.java); TPC
   * itself gives no digests.
   */
  @ParameterizedTest
  @CsvSource({
    "region,   1, 1, 1, c235841b00d29ad4f817771fcc851207",
    "nation,   1, 1, 1, 2f588e0b7fa72939b498c2abecd9fbbe",
    "supplier, 1, 1, 100, 56e0621c472064c2a998757c70b44043",
    "supplier, 1, 100, 100, 1c94e08eb316a3a6295b52362b558f26",
    "part,     1, 1, 2000, 27b15018efa5a4df3c634c2479001474",
    "part,     1, 1332, 2000, 1a25ae6fe6751353838a9adbe1133208",
    "customer, 1, 499, 1500, 808548ba5bd7fbd7cc3f1223b0d24301",
    "customer, 1, 1500, 1500, 4aabb2b18a3ba365f925af41a83b966a",
    "partsupp, 1, 1, 8000, b18d9663a9f6316c73040c131299be01",
    "partsupp, 1, 8000, 8000, 56924f6f33405c2b2ef1171a08786429",
    "orders,   1, 4999, 15000, b8388943dd2d6bf7c4f3241376303d57",
    "orders,   1, 15000, 15000, 30f2e865362c2cd7fcca5f6e56709b5a",
    "lineitem, 1, 1, 60000, a4475303a4f96151fa6e81bf70623785",
    "lineitem, 1, 39998, 60000, 64ad22f4331a98245d620c481f6f3fef",
    "lineitem, 1, 60000, 60000, 10d54dd21be687c538df07d46a25ebc4",
    "lineitem, 1000, 60000000, 60000000, 72afbf1577014e8bb5e01001420ea31a",
  })
  void isAsPublished(String name, double scale, int part, int parts, String md5) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("MD5");
    for (TpchEntity entity : table(name).entities(scale, part, parts)) {
      digest.update((entity.toLine() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(md5);
  }

  @Test
  void rowCountsAreThoseOfTheSpecification() {
    assertThat(table("supplier").rows(1)).hasValue(10_000);
    assertThat(table("part").rows(1)).hasValue(200_000);
    assertThat(table("partsupp").rows(1)).hasValue(800_000);
    assertThat(table("customer").rows(0.1)).hasValue(15_000);
    assertThat(table("orders").rows(10)).hasValue(15_000_000);
    assertThat(table("lineitem").rows(1)).hasValue(6_001_215);
    assertThat(table("lineitem").rows(0.01)).isEqualTo(OptionalLong.empty());
    assertThat(table("nation").rows(100)).hasValue(25);
    assertThat(table("region").rows(0.01)).hasValue(5);
  }

  @Test
  void chunksTogetherAreTheTable() throws Exception {
    for (BenchmarkTable table : TpchSchema.TABLES) {
      Chunk.Contents whole = new Chunk(table, 0.001, 1, 1).stream((_, _) -> {});
      Fingerprint sum = Fingerprint.ofNothing(table);
      long last = Long.MIN_VALUE;
      for (Chunk chunk : new ChunkSize(300, 1 << 20).chunks(table, 0.001)) {
        Chunk.Contents contents = chunk.stream((_, _) -> {});
        sum = sum.plus(contents.fingerprint());
        assertThat(contents.firstKey()).isGreaterThan(last);
        last = contents.lastKey();
      }
      assertThat(sum).isEqualTo(whole.fingerprint());
      assertThat(sum.rows()).isEqualTo(table.rows(0.001).orElse(sum.rows()));
    }
  }

  @Test
  void chunksStayWithinTheirBounds() throws Exception {
    ChunkSize size = new ChunkSize(500, 40_000);
    for (BenchmarkTable table : TpchSchema.TABLES) {
      for (Chunk chunk : size.chunks(table, 0.001)) {
        List<Integer> blocks = new ArrayList<>();
        Chunk.Contents contents = chunk.stream((_, length) -> blocks.add(length));
        assertThat(contents.bytes()).isBetween(1L, size.bytes());
        assertThat(contents.fingerprint().rows()).isBetween(1L, size.rows());
        assertThat(blocks).allMatch(length -> length <= 64 * 1024);
        assertThat(blocks.stream().mapToLong(length -> length).sum()).isEqualTo(contents.bytes());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.0123, 0.37, 1, 7, 1000, 100_000})
  void everyScaleIsCutWithinTheBounds(double scale) {
    ChunkSize size = new ChunkSize(100_000, 16 << 20);
    for (BenchmarkTable table : TpchSchema.TABLES) {
      int count = size.count(table, scale);
      long units = table.units(scale);
      long largest = units / count + units % count;
      assertThat(largest * table.rowsPerUnit()).isLessThanOrEqualTo(size.rows());
      assertThat(largest * table.rowsPerUnit() * table.maxRowBytes())
          .isLessThanOrEqualTo(size.bytes());
    }
  }
}
