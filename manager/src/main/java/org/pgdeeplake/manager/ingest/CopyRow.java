package org.pgdeeplake.manager.ingest;

import io.trino.tpch.GenerateUtils;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row on its way: its values as text with tabs between them, which is what fingerprints are of,
 * and that in COPY's text format. One thread.
 */
final class CopyRow {
  private static final int MOST_COLUMNS = 16;
  private static final int NULL = -1;
  private static final byte DELIMITER = '\t';

  private byte[] text = new byte[512];
  private int length;
  private final int[] starts = new int[MOST_COLUMNS];
  private final int[] ends = new int[MOST_COLUMNS];
  private int columns;
  private final long[] numbers = new long[MOST_COLUMNS];
  private int numberCount;

  CopyRow start() {
    length = 0;
    columns = 0;
    numberCount = 0;
    return this;
  }

  CopyRow integer(long value) {
    numbers[numberCount++] = value;
    return column(Long.toString(value));
  }

  /** A decimal with two places, in hundredths. */
  CopyRow hundredths(long value) {
    numbers[numberCount++] = value;
    long magnitude = Math.abs(value);
    long rest = magnitude % 100;
    return column((value < 0 ? "-" : "") + magnitude / 100 + (rest < 10 ? ".0" : ".") + rest);
  }

  /** Days since 1970-01-01, within TPC-H's seven years. */
  CopyRow date(int epochDay) {
    return column(GenerateUtils.formatDate(epochDay));
  }

  CopyRow varying(@Nullable String value) {
    return column(value);
  }

  /** PostgreSQL pads with blanks and takes blanks at the end for padding. */
  CopyRow fixed(@Nullable String value) {
    if (value == null) {
      return column(null);
    }
    int end = value.length();
    while (end > 0 && value.charAt(end - 1) == ' ') {
      end--;
    }
    return column(value.substring(0, end));
  }

  private CopyRow column(@Nullable String value) {
    if (value == null) {
      starts[columns++] = NULL;
      return this;
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (length + bytes.length + 1 > text.length) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, length + bytes.length + 1));
    }
    if (valueBefore()) {
      text[length++] = DELIMITER;
    }
    starts[columns] = length;
    System.arraycopy(bytes, 0, text, length, bytes.length);
    length += bytes.length;
    ends[columns++] = length;
    return this;
  }

  private boolean valueBefore() {
    for (int column = 0; column < columns; column++) {
      if (starts[column] != NULL) {
        return true;
      }
    }
    return false;
  }

  /** Valid up to {@link #length} and until the next row. */
  byte[] text() {
    return text;
  }

  int length() {
    return length;
  }

  /** The numeric columns in order: units of integers, hundredths of decimals. */
  long number(int index) {
    return numbers[index];
  }

  /** The most bytes that {@link #copyTo} writes. */
  int copyLength() {
    return 2 * length + 3 * columns;
  }

  /** The row and a line end, at {@code at}; returns where it ends. */
  int copyTo(byte[] out, int at) {
    int end = at;
    for (int column = 0; column < columns; column++) {
      if (column > 0) {
        out[end++] = DELIMITER;
      }
      if (starts[column] == NULL) {
        out[end++] = '\\';
        out[end++] = 'N';
      } else {
        end = escape(out, end, starts[column], ends[column]);
      }
    }
    out[end++] = '\n';
    return end;
  }

  /** The four characters that COPY's text format has a meaning for. */
  private int escape(byte[] out, int at, int from, int to) {
    int end = at;
    for (int i = from; i < to; i++) {
      byte escaped =
          switch (text[i]) {
            case '\\' -> '\\';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\r' -> 'r';
            default -> 0;
          };
      if (escaped == 0) {
        out[end++] = text[i];
      } else {
        out[end++] = '\\';
        out[end++] = escaped;
      }
    }
    return end;
  }
}
