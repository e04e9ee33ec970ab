package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.JsonEscapeUtil;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** How an event becomes a line. Any thread. */
enum LineFormat {
  /** Events with date and level; sessions, whose lines carry a date of their own, as they are. */
  TEXT {
    @Override
    void append(ILoggingEvent event, StringBuilder line) {
      if (!SessionLines.are(event)) {
        line.append(date(event)).append(' ');
        line.append(String.format("%-5s ", event.getLevel()));
      }
      appendOnOneLine(event.getFormattedMessage(), line);
      line.append('\n').append(trace(event));
    }
  },

  /** One object a line (RFC 8259); what the event carries as pairs is members beside the others. */
  JSON {
    @Override
    void append(ILoggingEvent event, StringBuilder line) {
      line.append('{');
      member("timestamp", date(event), line);
      member("level", event.getLevel().toString(), line);
      member("logger", event.getLoggerName(), line);
      member("message", event.getFormattedMessage(), line);
      for (KeyValuePair pair : Objects.requireNonNullElse(event.getKeyValuePairs(), NO_PAIRS)) {
        member(pair.key, pair.value, line);
      }
      String trace = trace(event);
      if (!trace.isEmpty()) {
        member("exception", trace, line);
      }
      line.append("}\n");
    }
  };

  private static final List<KeyValuePair> NO_PAIRS = List.of();

  /** Made by the first line, on the thread that writes it: a start need not wait for time zones. */
  private static final class Dates {
    private static final DateTimeFormatter FORMAT =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
            .withZone(ZoneId.systemDefault());

    private Dates() {}
  }

  /** Appends the line, with what ends it. */
  abstract void append(ILoggingEvent event, StringBuilder line);

  private static String date(ILoggingEvent event) {
    return Dates.FORMAT.format(Instant.ofEpochMilli(event.getTimeStamp()));
  }

  private static String trace(ILoggingEvent event) {
    return event.getThrowableProxy() == null
        ? ""
        : ThrowableProxyUtil.asString(event.getThrowableProxy());
  }

  /** Text that others have sent must not look like a line of its own. */
  private static void appendOnOneLine(String message, StringBuilder line) {
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      line.append(Character.isISOControl(c) ? ' ' : c);
    }
  }

  private static void member(String name, @Nullable Object value, StringBuilder line) {
    if (line.charAt(line.length() - 1) != '{') {
      line.append(',');
    }
    line.append('"').append(JsonEscapeUtil.jsonEscapeString(name)).append("\":");
    switch (value) {
      case null -> line.append("null");
      case Integer number -> line.append(number.intValue());
      case Long number -> line.append(number.longValue());
      case Boolean flag -> line.append(flag.booleanValue());
      default ->
          line.append('"').append(JsonEscapeUtil.jsonEscapeString(value.toString())).append('"');
    }
  }
}
