package org.pgdeeplake.proxy.admin;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes one JSON object on one line, its members in the order in which they are told. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder(256);
  private boolean first = true;

  /** The outermost object. */
  JsonWriter open() {
    out.append('{');
    first = true;
    return this;
  }

  JsonWriter open(String name) {
    name(name);
    return open();
  }

  JsonWriter close() {
    out.append('}');
    first = false;
    return this;
  }

  /** An array of what follows. */
  JsonWriter openArray(String name) {
    name(name);
    out.append('[');
    first = true;
    return this;
  }

  JsonWriter closeArray() {
    out.append(']');
    first = false;
    return this;
  }

  /** The next element of an array, an object. */
  JsonWriter openElement() {
    separate();
    return open();
  }

  /** The next element of an array. */
  JsonWriter add(String value) {
    separate();
    string(value);
    return this;
  }

  /** The same, a number with three decimals. */
  JsonWriter add(double value) {
    separate();
    out.append(String.format(Locale.ROOT, "%.3f", value));
    return this;
  }

  JsonWriter put(String name, boolean value) {
    name(name);
    out.append(value);
    return this;
  }

  JsonWriter putNull(String name) {
    name(name);
    out.append("null");
    return this;
  }

  /** Null where it has none. */
  JsonWriter putOptional(String name, @Nullable String value) {
    return value == null ? putNull(name) : put(name, value);
  }

  JsonWriter put(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  /** With three decimals. */
  JsonWriter put(String name, double value) {
    name(name);
    out.append(String.format(Locale.ROOT, "%.3f", value));
    return this;
  }

  JsonWriter put(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  String text() {
    return out.toString();
  }

  private void separate() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  private void name(String name) {
    separate();
    string(name);
    out.append(':');
  }

  private void string(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
