package org.pgdeeplake.proxy.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a file layered over reference.conf; only this class knows of HOCON. */
public final class ConfigReader {
  public static final String DEFAULTS_NAME = "default";

  private static final long MAX_BYTES = 1 << 20;

  /** As the library describes it: {@code a.conf: 3}, {@code merge of a.conf: 3-9,b.conf: 1}. */
  private static final Pattern ORIGIN =
      Pattern.compile("(?s)(?:merge of )?(.*?)(?:: ([0-9]{1,9})(?:-[0-9]+)?(?:,.*)?)?");

  /** A file of another name is read as HOCON all the same. */
  private static final String NO_HELP =
      ", or you may be able to rename the file .properties rather than .conf";

  private ConfigReader() {}

  /**
   * @throws ConfigException with every problem of the file
   */
  public static ProxyConfig read(Path file) throws ConfigException {
    return load(file).config();
  }

  /**
   * @throws ConfigException with every problem of the file
   */
  public static LoadedConfig load(Path file) throws ConfigException {
    return load(file, System.getenv());
  }

  /**
   * @param environment the variables that are set
   */
  static LoadedConfig load(Path file, Map<String, String> environment) throws ConfigException {
    Map<String, Value> values = values(parse(file, new Environment(environment)), "");
    Value.Fields root = new Value.Fields(new Place(file.toString(), 1), "", values);
    Problems problems = new Problems();
    ProxyConfig config = new ProxyReader(directory(file), problems).read(root);
    problems.throwIfAny();
    return new LoadedConfig(file, config, root);
  }

  /**
   * What a file has that says nothing but what it must: one frontend and one backend, both called
   * {@link #DEFAULTS_NAME}, and a console. What has no default, as their {@code bind}, means
   * nothing here.
   */
  public static ProxyConfig defaults() {
    String least =
        """
        proxy {
          frontends.%1$s { bind = "localhost:0", default-backend = %1$s }
          backends.%1$s {}
          console { bind = "localhost:0", password = none }
        }
        """
            .formatted(DEFAULTS_NAME);
    Config config = ConfigFactory.parseString(least).withFallback(reference()).resolve();
    Place place = new Place(Place.REFERENCE, 0);
    return new ProxyReader(Path.of(""), new Problems())
        .read(new Value.Fields(place, "", values(config.root(), "")));
  }

  private static Path directory(Path file) {
    Path absolute = file.toAbsolutePath();
    return Objects.requireNonNullElse(absolute.getParent(), absolute);
  }

  private static ConfigObject parse(Path file, Environment environment) throws ConfigException {
    checkReadable(file);
    try {
      Config own = ConfigFactory.parseFile(file.toFile(), options().setAllowMissing(false));
      return own.withFallback(reference()).resolve(environment.options()).root();
    } catch (com.typesafe.config.ConfigException.IO e) {
      throw notIncluded(file, e);
    } catch (com.typesafe.config.ConfigException e) {
      throw refused(file, e);
    } catch (StackOverflowError e) {
      throw refused(file, "nested too deeply");
    } catch (RuntimeException e) {
      // Random text shows that the library lets others escape, for "\\u-dee" for example.
      throw refused(file, "is not HOCON: " + e.getMessage());
    }
  }

  private static void checkReadable(Path file) throws ConfigException {
    if (Files.notExists(file)) {
      throw refused(file, "no such file");
    }
    if (Files.isDirectory(file)) {
      throw refused(file, "is a directory; give the path of a file");
    }
    if (!Files.isReadable(file)) {
      throw refused(file, "cannot be read; see its permissions");
    }
    if (file.toFile().length() > MAX_BYTES) {
      throw refused(file, "is larger than 1 MiB; give the path of a configuration file");
    }
  }

  private static Config reference() {
    try (InputStream in =
        Objects.requireNonNull(ConfigReader.class.getResourceAsStream("/" + Place.REFERENCE))) {
      String text = withoutComments(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      return ConfigFactory.parseString(text, options().setOriginDescription(Place.REFERENCE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Most of it is the manual, which the library would read letter by letter and keep; lines keep
   * their numbers.
   */
  private static String withoutComments(String text) {
    StringBuilder rest = new StringBuilder(text.length());
    for (int begin = 0; begin < text.length(); ) {
      int end = text.indexOf('\n', begin) + 1;
      end = end == 0 ? text.length() : end;
      int first = begin;
      while (first < end && text.charAt(first) == ' ') {
        first++;
      }
      if (first < end && text.charAt(first) == '#') {
        rest.append('\n');
      } else {
        rest.append(text, first, end);
      }
      begin = end;
    }
    return rest.toString();
  }

  private static ConfigParseOptions options() {
    return ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF);
  }

  private static Map<String, Value> values(ConfigObject object, String path) {
    Map<String, Value> values = new LinkedHashMap<>();
    object.forEach((key, value) -> {
      String name = ConfigUtil.joinPath(key);
      values.put(key, value(value, path.isEmpty() ? name : path + "." + name));
    });
    return values;
  }

  private static Value value(ConfigValue value, String path) {
    Place place = place(value.origin());
    if (value instanceof ConfigObject object) {
      return new Value.Fields(place, path, values(object, path));
    }
    if (value instanceof ConfigList list) {
      List<Value> items = new ArrayList<>();
      for (ConfigValue item : list) {
        items.add(value(item, path + "[" + items.size() + "]"));
      }
      return new Value.Items(place, path, items);
    }
    return new Value.Scalar(place, path, value.unwrapped());
  }

  private static Place place(ConfigOrigin origin) {
    Matcher matcher = ORIGIN.matcher(origin.description());
    if (!matcher.matches()) {
      return new Place(origin.description(), 0);
    }
    @Nullable String line = matcher.group(2);
    return new Place(matcher.group(1), line == null ? 0 : Integer.parseInt(line));
  }

  /** The file itself was there a moment ago: what is missing is something that it includes. */
  private static ConfigException notIncluded(
      Path file, com.typesafe.config.ConfigException.IO cause) {
    ConfigOrigin origin = cause.origin();
    if (origin == null || origin.description().equals(file.toString())) {
      return refused(file, cause);
    }
    String name = origin.description();
    return refused(
        new Place(file.toString(), lineOfInclude(file, name)),
        "cannot include " + name + ": no readable file of this name beside " + file.getFileName());
  }

  /** From 1; 0 if another included file includes it. */
  private static int lineOfInclude(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return 1
          + lines
              .map(line -> line.contains("include") && line.contains(name))
              .toList()
              .indexOf(true);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  private static ConfigException refused(Path file, com.typesafe.config.ConfigException cause) {
    ConfigOrigin origin = cause.origin();
    String prefix = origin == null ? "" : origin.description() + ": ";
    String message = String.valueOf(cause.getMessage());
    String text = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    // It prints whole sections, which may hold secrets.
    String said = text.replace(NO_HELP, "").replaceAll("(?s)SimpleConfig\\w*\\(.*", "...");
    Place place = origin == null ? new Place(file.toString(), 0) : place(origin);
    return refused(place.isReference() ? new Place(file.toString(), 0) : place, said);
  }

  private static ConfigException refused(Path file, String text) {
    return refused(new Place(file.toString(), 0), text);
  }

  private static ConfigException refused(Place place, String text) {
    String line = text.replaceAll("\\s*\\R\\s*", " ").strip();
    return new ConfigException(List.of(place + ": " + line));
  }
}
