package org.pgdeeplake.manager.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * A {@code .env} file as Docker Compose reads it: NAME=value, comments, quotes, {@code export}, and
 * {@code ${NAME}}, {@code ${NAME:-default}} outside of single quotes.
 */
final class EnvFile {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)", Pattern.DOTALL);
  private static final Pattern VARIABLE =
      Pattern.compile(
          "\\$(?:(\\$)|([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?})");

  private final Path file;
  private final UnaryOperator<String> environment;
  private final Map<String, String> values = new LinkedHashMap<>();

  private EnvFile(Path file, UnaryOperator<String> environment) {
    this.file = file;
    this.environment = environment;
  }

  /**
   * Empty if there is no such file.
   *
   * @param environment what a variable that the file refers to is outside of it, "" if nothing
   * @throws DeploymentFailed with file:line
   */
  static Map<String, String> read(Path file, UnaryOperator<String> environment)
      throws DeploymentFailed {
    if (!Files.exists(file)) {
      return Map.of();
    }
    EnvFile reader = new EnvFile(file, environment);
    try {
      reader.read(Files.readString(file, StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
    return reader.values;
  }

  private void read(List<String> lines) throws DeploymentFailed {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      int number = i + 1;
      Matcher matcher = ASSIGNMENT.matcher(line);
      if (!matcher.matches()) {
        // The line itself may be a secret.
        throw wrong(number, "no NAME=value");
      }
      String text = matcher.group(2);
      // A quoted value may go on over several lines.
      while (isOpen(text) && i + 1 < lines.size()) {
        text += "\n" + lines.get(++i);
      }
      values.put(matcher.group(1), value(text, number));
    }
  }

  private static boolean isOpen(String text) {
    return isQuote(text) && closing(text) < 0;
  }

  private static boolean isQuote(String text) {
    return text.startsWith("'") || text.startsWith("\"");
  }

  /** The index of the quote that ends the value, or -1. */
  private static int closing(String text) {
    char quote = text.charAt(0);
    for (int i = 1; i < text.length(); i++) {
      if (quote == '"' && text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == quote) {
        return i;
      }
    }
    return -1;
  }

  private String value(String text, int line) throws DeploymentFailed {
    if (!isQuote(text)) {
      return interpolated(text.replaceFirst("(^|\\s+)#.*$", "").strip());
    }
    int end = closing(text);
    if (end < 0) {
      throw wrong(line, "the quote is never closed");
    }
    String rest = text.substring(end + 1).strip();
    if (!rest.isEmpty() && !rest.startsWith("#")) {
      throw wrong(line, "something follows the closing quote");
    }
    String inside = text.substring(1, end);
    return text.charAt(0) == '\'' ? inside : interpolated(unescaped(inside));
  }

  private static String unescaped(String text) {
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        result.append(c);
        continue;
      }
      char next = text.charAt(++i);
      result.append(
          switch (next) {
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case '$' -> "$$";
            case '"', '\\' -> String.valueOf(next);
            default -> "\\" + next;
          });
    }
    return result.toString();
  }

  private String interpolated(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(match -> {
          if (match.group(1) != null) {
            return Matcher.quoteReplacement("$");
          }
          String name = match.group(2) != null ? match.group(2) : match.group(3);
          String outside = environment.apply(name);
          String found = outside.isEmpty() ? values.getOrDefault(name, "") : outside;
          String otherwise = match.group(4) == null ? "" : match.group(4);
          return Matcher.quoteReplacement(found.isEmpty() ? otherwise : found);
        });
  }

  private DeploymentFailed wrong(int line, String what) {
    return new DeploymentFailed(
        "%s:%d: %s; write NAME=value, with quotes around a value that has # or spaces"
            .formatted(file, line, what));
  }
}
