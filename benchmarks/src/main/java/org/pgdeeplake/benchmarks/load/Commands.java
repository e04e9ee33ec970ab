package org.pgdeeplake.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;

/** What one process of the load can be asked to do, one command at a time. */
interface Commands {
  Answer run(String command, Arguments arguments) throws Exception;

  /** Written as {@code name=value name=value}. */
  record Arguments(Map<String, String> values) {
    static Arguments parse(String[] words) {
      Map<String, String> values = new LinkedHashMap<>();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
      }
      return new Arguments(values);
    }

    String text(String name) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException(name + " is missing");
      }
      return value;
    }

    int integer(String name) {
      return Integer.parseInt(text(name));
    }

    double number(String name) {
      return Double.parseDouble(text(name));
    }
  }
}
