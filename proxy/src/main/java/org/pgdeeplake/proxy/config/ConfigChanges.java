package org.pgdeeplake.proxy.config;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two configurations, for people: each key as it is written in a file. The
 * records' components are the keys, so a new key needs nothing here.
 */
public final class ConfigChanges {
  private static final String NONE = "none";

  private final List<String> lines = new ArrayList<>();

  private ConfigChanges() {}

  /** What one key says. */
  private record Setting(Object value, String text) {}

  /** A line each. Passwords are said to have changed, not what they are. */
  public static List<String> between(ProxyConfig before, ProxyConfig after) {
    ConfigChanges changes = new ConfigChanges();
    changes.named(
        "frontend ",
        byName(before.frontends(), FrontendConfig::name),
        byName(after.frontends(), FrontendConfig::name),
        frontend -> frontend.bind().toString());
    changes.named(
        "backend ",
        byName(before.backends(), BackendConfig::name),
        byName(after.backends(), BackendConfig::name),
        backend -> backend.servers().size() + " servers");
    changes.named(
        "server ", servers(before), servers(after), server -> server.address().toString());
    Map<String, Setting> rest = new LinkedHashMap<>();
    Map<String, Setting> now = new LinkedHashMap<>();
    settings(before, "", rest);
    settings(after, "", now);
    changes.settings("", rest, now);
    return changes.lines;
  }

  /** What of {@code after} cannot be changed while it runs; a line each, with its place. */
  public static List<String> needingRestart(ProxyConfig before, LoadedConfig after) {
    List<String> problems = new ArrayList<>();
    int threads = after.config().threads();
    if (before.threads() != threads) {
      problems.add(
          "%s: from %d to %d needs a restart"
              .formatted(after.where("proxy", "threads"), before.threads(), threads));
    }
    if (before.transport() != after.config().transport()) {
      problems.add(after.where("proxy", "transport") + ": another one needs a restart");
    }
    return problems;
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    Map<String, T> named = new LinkedHashMap<>();
    all.forEach(one -> named.put(name.apply(one), one));
    return named;
  }

  private static Map<String, BackendConfig.ServerConfig> servers(ProxyConfig config) {
    Map<String, BackendConfig.ServerConfig> named = new LinkedHashMap<>();
    for (BackendConfig backend : config.backends()) {
      backend.servers().forEach(server -> named.put(backend.name() + "/" + server.name(), server));
    }
    return named;
  }

  private <T extends Record> void named(
      String kind, Map<String, T> before, Map<String, T> after, Function<T, String> shown) {
    before.forEach((name, old) -> {
      T now = after.get(name);
      if (now == null) {
        lines.add(kind + name + " removed (" + shown.apply(old) + ")");
      } else {
        Map<String, Setting> settings = new LinkedHashMap<>();
        Map<String, Setting> next = new LinkedHashMap<>();
        settings(old, "", settings);
        settings(now, "", next);
        settings(kind + name + ": ", settings, next);
      }
    });
    after.forEach((name, now) -> {
      if (!before.containsKey(name)) {
        lines.add(kind + name + " added (" + shown.apply(now) + ")");
      }
    });
  }

  private void settings(String owner, Map<String, Setting> before, Map<String, Setting> after) {
    Set<String> keys = new LinkedHashSet<>(before.keySet());
    keys.addAll(after.keySet());
    Setting none = new Setting(NONE, NONE);
    for (String key : keys) {
      Setting old = before.getOrDefault(key, none);
      Setting now = after.getOrDefault(key, none);
      if (!old.value().equals(now.value())) {
        boolean same = old.text().equals(now.text());
        lines.add(owner + key + (same ? " changed" : " " + old.text() + " -> " + now.text()));
      }
    }
  }

  /** Every key inside of {@code section}, but for what has a name of its own. */
  private static void settings(Record section, String path, Map<String, Setting> found) {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      Object value = value(section, component);
      String key = path + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      if (isNamed(component)) {
        continue;
      }
      if (value instanceof Record inner && !isOneValue(inner)) {
        settings(inner, key + ".", found);
      } else if (value != null) {
        found.put(key, new Setting(compared(value), text(value)));
      }
    }
  }

  private static boolean isNamed(RecordComponent component) {
    return Set.of("name", "frontends", "backends", "servers").contains(component.getName());
  }

  private static @Nullable Object value(Record section, RecordComponent component) {
    try {
      return component.getAccessor().invoke(section);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record of the configuration is not public", e);
    }
  }

  private static boolean isOneValue(Record value) {
    return value instanceof HostPort
        || value instanceof FileSetting
        || value instanceof CertificateSource
        || value instanceof Secret
        || value instanceof Network;
  }

  /** A file's line in the configuration is not part of what the configuration says. */
  private static Object compared(Object value) {
    return switch (value) {
      case FileSetting file -> file.path();
      case CertificateSource source -> text(source);
      case List<?> list ->
          list.stream()
              .map(one -> compared(Objects.requireNonNull(one)))
              .collect(Collectors.toList());
      default -> value;
    };
  }

  private static String text(Object value) {
    return switch (value) {
      case Duration duration -> Durations.text(duration);
      case Enum<?> constant -> Section.word(constant);
      case FileSetting file -> file.path().toString();
      case Network network -> network.address().getHostAddress() + "/" + network.prefixBits();
      case CertificateSource(FileSetting certificate, FileSetting key) ->
          certificate.path() + (key == null ? "" : " with " + key.path());
      case List<?> list ->
          list.stream()
              .map(one -> text(Objects.requireNonNull(one)))
              .collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }
}
