package org.pgdeeplake.benchmarks.peer;

import java.nio.file.Path;
import java.util.Optional;

/**
 * @param directory for its files, which it may write to; new
 * @param serverPort where its one server listens, on 127.0.0.1
 * @param tls its certificate and key in one PEM file; empty: plain text
 */
public record Setup(Path directory, int serverPort, Optional<Path> tls) {
  /** Sessions that it must be able to have: two files each, of at most 20,000. */
  static final int SESSIONS = 9_950;
}
