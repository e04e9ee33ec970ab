package org.pgdeeplake.proxy.admin;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.Network;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.Secret;

/**
 * The configuration that runs, defaults included, with the keys' own words. A secret shows as
 * {@code ***}, as its own text does.
 */
final class ConfigJson {
  private static final Pattern CAPITAL = Pattern.compile("(?=[A-Z])");

  private ConfigJson() {}

  static String text(ProxyConfig config) {
    JsonWriter json = new JsonWriter().open();
    members(json, config);
    return json.close().text();
  }

  /** As it is written in a file. */
  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void members(JsonWriter json, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      member(json, key(component.getName()), value(component, record));
    }
  }

  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static String key(String component) {
    return CAPITAL.matcher(component).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  private static void member(JsonWriter json, String key, @Nullable Object value) {
    switch (value) {
      case null -> json.putNull(key);
      case Boolean flag -> json.put(key, flag);
      case Integer number -> json.put(key, number);
      case Collection<?> elements -> {
        json.openArray(key);
        elements.forEach(element -> element(json, element));
        json.closeArray();
      }
      default -> {
        String text = text(value);
        if (text == null) {
          json.open(key);
          members(json, (Record) value);
          json.close();
        } else {
          json.put(key, text);
        }
      }
    }
  }

  private static void element(JsonWriter json, Object element) {
    String text = text(element);
    if (text == null) {
      json.openElement();
      members(json, (Record) element);
      json.close();
    } else {
      json.add(text);
    }
  }

  /** Null for what has keys of its own. */
  private static @Nullable String text(Object value) {
    return switch (value) {
      case Enum<?> word -> word(word);
      case Duration duration -> duration(duration);
      case Secret secret -> secret.toString();
      case HostPort address -> address.toString();
      case FileSetting file -> file.path().toString();
      case Network network -> network.address().getHostAddress() + "/" + network.prefixBits();
      case Record _ -> null;
      default -> value.toString();
    };
  }

  private static String duration(Duration duration) {
    long millis = duration.toMillis();
    return millis % TimeUnit.SECONDS.toMillis(1) == 0 ? duration.toSeconds() + "s" : millis + "ms";
  }
}
