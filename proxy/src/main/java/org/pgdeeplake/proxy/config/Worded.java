package org.pgdeeplake.proxy.config;

import java.util.Locale;

/** A choice whose word in a file is not its name in lower case, with hyphens. */
public interface Worded {
  String word();

  /** A constant as it is written in a file. */
  static String of(Enum<?> constant) {
    return constant instanceof Worded worded
        ? worded.word()
        : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
