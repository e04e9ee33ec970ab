package org.pgdeeplake.manager.cache;

import java.util.Map;
import java.util.stream.Collectors;

/** A server's answer to INFO: lines of {@code name:value}. */
record InfoReply(String server, Map<String, String> values) {
  static InfoReply parse(String server, String text) {
    return new InfoReply(
        server,
        text.lines()
            .filter(line -> line.contains(":") && !line.startsWith("#"))
            .collect(
                Collectors.toMap(
                    line -> line.substring(0, line.indexOf(':')),
                    line -> line.substring(line.indexOf(':') + 1).strip(),
                    (first, _) -> first)));
  }

  /** Empty where it is missing. */
  String text(String name) {
    return values.getOrDefault(name, "");
  }

  /**
   * A missing number is an error, since 0 would be taken for true.
   *
   * @throws CacheFailed NOT_REDIS: it is missing or no number
   */
  long number(String name) throws CacheFailed {
    String value = text(name);
    if (!value.matches("\\d{1,18}")) {
      throw new CacheFailed(
          CacheFailed.Reason.NOT_REDIS,
          "%s answers INFO without a number of %s".formatted(server, name));
    }
    return Long.parseLong(value);
  }

  boolean replica() {
    return text("role").equals("slave");
  }

  boolean cluster() {
    return text("cluster_enabled").equals("1");
  }
}
