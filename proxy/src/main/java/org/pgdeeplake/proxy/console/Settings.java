package org.pgdeeplake.proxy.console;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.ConsoleConfig;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.Network;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.config.Worded;

/** A configuration as keys and values, in the order of its records; secrets are {@code ***}. */
final class Settings {
  private static final Pattern CAPITAL = Pattern.compile("(?=[A-Z])");

  /** Read at start only. */
  private static final Set<String> FIXED = Set.of("threads", "transport");

  /** The name under which {@link ConfigReader#defaults} has its frontend and its backend. */
  private static final Pattern NAMED = Pattern.compile("^(frontends|backends)\\.[^.]+(?=\\.)");

  private static final Set<String> REQUIRED =
      Set.of(
          "frontends." + ConfigReader.DEFAULTS_NAME + ".bind",
          "frontends." + ConfigReader.DEFAULTS_NAME + ".default-backend",
          "console.bind",
          "console.password");

  private final Map<String, String> values = new LinkedHashMap<>();

  private Settings() {}

  /**
   * @param byDefault null where the key has no default
   */
  record Setting(String key, String value, @Nullable String byDefault, boolean changeable) {}

  /** Reads them anew, which takes some milliseconds. */
  static Map<String, String> defaults() {
    Map<String, String> defaults = flat(ConfigReader.defaults());
    defaults.keySet().removeAll(REQUIRED);
    return defaults;
  }

  /**
   * @param defaults as {@link #defaults} has them
   */
  static List<Setting> of(ProxyConfig config, Map<String, String> defaults) {
    List<Setting> settings = new ArrayList<>();
    flat(config)
        .forEach((key, value) -> {
          String general = NAMED.matcher(key).replaceFirst("$1." + ConfigReader.DEFAULTS_NAME);
          settings.add(new Setting(key, value, defaults.get(general), !FIXED.contains(key)));
        });
    return settings;
  }

  private static Map<String, String> flat(ProxyConfig config) {
    Settings settings = new Settings();
    settings.members("", config);
    return settings.values;
  }

  private void members(String prefix, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String key = prefix + key(component.getName());
      Object value = value(component, record);
      if (value == null && component.getType() == Credentials.class) {
        values.put(key + ".user", "");
        values.put(key + ".password", "");
      } else if (value == null && component.getType() == ConsoleConfig.class) {
        values.put(key + ".bind", "");
      } else {
        member(key, value);
      }
    }
  }

  private void member(String key, @Nullable Object value) {
    switch (value) {
      case Credentials(var user, var password) -> {
        String section = key.replaceFirst("(^|\\.)credentials$", "");
        values.put(section + ".user", user);
        values.put(section + ".password", password.toString());
      }
      case List<?> list when key.equals("frontends") || key.equals("backends") ->
          list.forEach(element -> named(key, (Record) element));
      case List<?> list ->
          values.put(
              key, list.stream().map(Settings::text).collect(Collectors.joining(", ", "[", "]")));
      case FileSetting file -> values.put(key, text(file));
      case CertificateSource source -> values.put(key, text(source));
      case HostPort address -> values.put(key, text(address));
      // A record, too: its text is not its members'.
      case Secret secret -> values.put(key, secret.toString());
      case Record record -> members(key + ".", record);
      case null -> values.put(key, "");
      default -> values.put(key, text(value));
    }
  }

  private void named(String key, Record element) {
    String name =
        switch (element) {
          case FrontendConfig frontend -> frontend.name();
          case BackendConfig backend -> backend.name();
          default -> throw new IllegalArgumentException(key);
        };
    members(key + "." + name + ".", element);
    values.remove(key + "." + name + ".name");
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Enum<?> word -> Worded.of(word);
      case Duration duration -> duration(duration);
      case FileSetting file -> file.path().toString();
      case CertificateSource source ->
          text(source.certificate()) + (source.key() == null ? "" : " " + text(source.key()));
      case Network network -> network.address().getHostAddress() + "/" + network.prefixBits();
      case BackendConfig.ServerConfig server -> server(server);
      default -> value.toString();
    };
  }

  private static String server(BackendConfig.ServerConfig server) {
    return server.name()
        + " "
        + server.address()
        + (server.maxConnections() == 0 ? "" : " max-connections=" + server.maxConnections())
        + (server.sendProxyProtocol() ? " send-proxy-protocol" : "");
  }

  private static String duration(Duration duration) {
    long millis = duration.toMillis();
    return millis % TimeUnit.SECONDS.toMillis(1) == 0 ? duration.toSeconds() + "s" : millis + "ms";
  }

  private static String key(String component) {
    return CAPITAL.matcher(component).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
