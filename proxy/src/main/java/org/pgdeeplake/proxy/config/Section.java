package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads one section of a file. A key that is asked for is a known key, so the code that reads is
 * the only list of keys. What is wrong goes to {@link Problems}, and a harmless value is returned.
 */
final class Section {
  private final Value.Fields fields;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> bad = new HashSet<>();
  private final Map<String, Section> sections = new HashMap<>();

  Section(Value.Fields fields, Problems problems) {
    this.fields = fields;
    this.problems = problems;
  }

  boolean has(String key) {
    return fields.values().containsKey(key);
  }

  /**
   * @param example what to write where the key is missing
   */
  String text(String key, String example) {
    return read(key, "", "text", example, Parser::notEmpty);
  }

  /** Text that may be empty. */
  String optionalText(String key) {
    return read(key, "", "text", "\"\"", text -> text);
  }

  /** For a key that need not be there, and is not. */
  String absentText(String key) {
    known.add(key);
    return "";
  }

  /** A list of texts, each read by {@code parser}; without those that are wrong. */
  <T> List<T> texts(String key, String kind, Parser<T> parser) {
    Value value = take(key);
    if (!(value instanceof Value.Items items)) {
      wrong(key, value, "a list of " + kind, "[ ... ]");
      return List.of();
    }
    List<T> parsed = new ArrayList<>();
    for (Value item : items.values()) {
      try {
        if (!(item instanceof Value.Scalar(_, _, Object data)) || data == null) {
          throw new BadValue(item.describe() + " is not one of " + kind);
        }
        parsed.add(parser.parse(data.toString()));
      } catch (BadValue e) {
        bad.add(key);
        problems.add(item.place(), item.path(), e.getMessage());
      }
    }
    return List.copyOf(parsed);
  }

  List<String> texts(String key) {
    return texts(key, "texts", Parser::notEmpty);
  }

  /** A name as HAProxy allows it; empty if it is wrong. */
  String name(String key, String example) {
    return read(key, "", "a name", example, Parser::name);
  }

  int number(String key, int min, int max) {
    String kind = "a whole number from " + min + " to " + max;
    return read(key, min, kind, String.valueOf(min), Parser.wholeNumber(min, max, kind));
  }

  Duration duration(String key) {
    Duration shortest = Duration.ofMillis(1);
    return read(key, shortest, Durations.KIND, "10s", text -> Durations.parse(text, shortest));
  }

  Duration durationOrZero(String key) {
    return read(
        key, Duration.ZERO, Durations.KIND, "10s", text -> Durations.parse(text, Duration.ZERO));
  }

  boolean flag(String key) {
    return oneOf(key, List.of("true", "false")).equals("true");
  }

  /** A constant by its name in lower case with hyphens. */
  <E extends Enum<E>> E choice(String key, Class<E> type) {
    E[] constants = type.getEnumConstants();
    List<String> words = Arrays.stream(constants).map(Section::word).toList();
    return constants[words.indexOf(oneOf(key, words))];
  }

  /** The same, but upper case will do. */
  <E extends Enum<E>> E choiceInAnyCase(String key, Class<E> type) {
    E[] constants = type.getEnumConstants();
    List<String> words = Arrays.stream(constants).map(Section::word).toList();
    return constants[words.indexOf(oneOf(key, words, text -> text.toLowerCase(Locale.ROOT)))];
  }

  /** A constant as it is written in a file. */
  static String word(Enum<?> constant) {
    return Worded.of(constant);
  }

  String oneOf(String key, List<String> words) {
    return oneOf(key, words, text -> text);
  }

  private String oneOf(String key, List<String> words, UnaryOperator<String> asWord) {
    String first = words.getFirst();
    return read(key, first, String.join(" or ", words), first, Parser.oneOf(words, asWord));
  }

  /**
   * @param minPort 0 where the system may choose, else 1
   * @param example without quotes
   */
  HostPort address(String key, int minPort, String example) {
    return read(
        key,
        new HostPort("localhost", 0),
        "an address",
        "\"" + example + "\"",
        text -> Address.parse(text, minPort));
  }

  /** The same one each time, so that it knows what was found wrong in it. */
  Section section(String key) {
    Section section = sections.get(key);
    if (section == null) {
      section = asSection(take(key), key);
      sections.put(key, section);
    }
    return section;
  }

  /** A section as it is written, to be merged. */
  Value.Fields fields(String key) {
    return section(key).fields;
  }

  /** The sections inside of the section {@code key}, by their names, in the order of the file. */
  Map<String, Value.Fields> named(String key) {
    List<Map.Entry<String, Value>> entries = new ArrayList<>(fields(key).values().entrySet());
    entries.sort((a, b) -> a.getValue().place().compareTo(b.getValue().place()));
    Map<String, Value.Fields> named = new LinkedHashMap<>();
    for (Map.Entry<String, Value> entry : entries) {
      Value value = entry.getValue();
      try {
        if (value instanceof Value.Fields inner) {
          named.put(Parser.name(entry.getKey()), inner);
        } else {
          throw new BadValue(notASection(value));
        }
      } catch (BadValue e) {
        problems.add(value.place(), value.path(), e.getMessage());
      }
    }
    return named;
  }

  List<Section> list(String key) {
    Value value = take(key);
    if (value instanceof Value.Items items) {
      return items.values().stream().map(item -> asSection(item, key)).toList();
    }
    wrong(key, value, "a list", "[ ... ]");
    return List.of();
  }

  /** Whether nothing was wrong with the value of {@code key}: only then compare it with others. */
  boolean good(String key) {
    return !bad.contains(key);
  }

  /** Whether {@code key} is written here, or inherited together with this whole section. */
  boolean own(String key) {
    Value value = fields.values().get(key);
    return value != null && value.path().startsWith(fields.path() + ".");
  }

  /** Where {@code key} is written, or if it is not, its section. */
  Value where(String key) {
    return fields.values().getOrDefault(key, fields);
  }

  void problem(String key, String text) {
    bad.add(key);
    problems.add(where(key).place(), where(key).path(), text);
  }

  /** To be called when all has been read. */
  void refuseOtherKeys() {
    fields
        .values()
        .forEach((key, value) -> {
          if (!known.contains(key)) {
            String near = Spelling.didYouMean(key, known);
            problems.add(
                value.place(),
                value.path(),
                "unknown key"
                    + (near.isEmpty() ? "; known here: " + String.join(", ", known) : near));
          }
        });
  }

  private @Nullable Value take(String key) {
    known.add(key);
    return fields.values().get(key);
  }

  private <T> T read(String key, T otherwise, String kind, String example, Parser<T> parser) {
    Value value = take(key);
    if (value instanceof Value.Scalar(_, _, Object data) && data != null) {
      try {
        return parser.parse(data.toString());
      } catch (BadValue e) {
        problem(key, e.getMessage());
      }
    } else {
      wrong(key, value, kind, example);
    }
    return otherwise;
  }

  private void wrong(String key, @Nullable Value value, String kind, String example) {
    problem(
        key,
        value == null
            ? key + " is missing; write " + key + " = " + example
            : value.describe() + " is not " + kind + "; write " + key + " = " + example);
  }

  private Section asSection(@Nullable Value value, String key) {
    if (value instanceof Value.Fields inner) {
      return new Section(inner, problems);
    }
    if (value == null) {
      wrong(key, null, "a section", "{ ... }");
    } else {
      bad.add(key);
      problems.add(value.place(), value.path(), notASection(value));
    }
    // What is read from nothing would be missing: that is not worth another message.
    return new Section(new Value.Fields(fields.place(), fields.path(), Map.of()), new Problems());
  }

  private static String notASection(Value value) {
    return value.describe() + " is not a section { ... }";
  }
}
