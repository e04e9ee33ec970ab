package org.pgdeeplake.manager.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The programs are there whole or not at all, whoever else unpacks and whoever was killed. */
@Tag("long")
class PostgresBinariesTest {
  /** Above any pid that Linux gives out. */
  private static final String DEAD = "99999999";

  private final Path data = TestData.temporary();

  @AfterEach
  void delete() {
    TestData.delete(data);
  }

  @Test
  void twoAtOnceEndWithOneCompleteCopy() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Path> one = threads.submit(() -> PostgresBinaries.unpack(data));
      Future<Path> other = threads.submit(() -> PostgresBinaries.unpack(data));
      assertThat(one.get()).isEqualTo(other.get());
      assertThat(names()).containsExactly(one.get().getFileName().toString());
      Subprocess version =
          Subprocess.run(List.of(one.get().resolve("bin/postgres").toString(), "--version"), data);
      assertThat(version.output()).startsWith("postgres (PostgreSQL) 18.");
    }
  }

  @Test
  void removesWhatAKilledUnpackingLeft() throws Exception {
    Path leftover = data.resolve(".unpacking-" + DEAD + "-123/bin");
    Files.createDirectories(leftover);
    Files.writeString(leftover.resolve("postgres"), "half");

    Path programs = PostgresBinaries.unpack(data);

    assertThat(names()).containsExactly(programs.getFileName().toString());
  }

  @Test
  void leavesAnExistingCopyAlone() throws Exception {
    Path programs = PostgresBinaries.unpack(data);
    Object before = Files.readAttributes(programs, "unix:ino").get("ino");

    assertThat(PostgresBinaries.unpack(data)).isEqualTo(programs);

    assertThat(Files.readAttributes(programs, "unix:ino").get("ino")).isEqualTo(before);
  }

  private Stream<String> names() throws Exception {
    try (Stream<Path> entries = Files.list(data)) {
      return entries.map(entry -> entry.getFileName().toString()).toList().stream();
    }
  }
}
