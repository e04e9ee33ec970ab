package org.pgdeeplake.manager.sql;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How one snapshot differs from another, sorted by object. Between before and after a statement, it
 * is what the statement did, and {@link #outstandingIn} says what another instance still lacks of
 * that, however else it differs.
 */
public record CatalogDifference(List<Entry> entries) {

  /** One object that is not the same. */
  public sealed interface Entry {
    String object();

    /** In one line, which may be cut. */
    String inWords();
  }

  /** The second snapshot does not have it. */
  public record Missing(String object, String was) implements Entry {
    @Override
    public String inWords() {
      return "missing: " + object;
    }
  }

  /** Only the second snapshot has it. */
  public record Extra(String object, String is) implements Entry {
    @Override
    public String inWords() {
      return "extra: " + cut(object + ": " + is);
    }
  }

  public record Changed(String object, String was, String is) implements Entry {
    @Override
    public String inWords() {
      return "changed: %s from '%s' to '%s'".formatted(object, cut(was), cut(is));
    }
  }

  /** Characters; enough for a column, and a function's body belongs elsewhere. */
  private static final int LONGEST = 120;

  public CatalogDifference {
    entries = List.copyOf(entries);
  }

  /** How {@code to} differs from {@code from}. */
  public static CatalogDifference between(CatalogSnapshot from, CatalogSnapshot to) {
    SortedSet<String> objects = new TreeSet<>(from.objects().keySet());
    objects.addAll(to.objects().keySet());
    return new CatalogDifference(
        objects.stream()
            .flatMap(o -> entry(o, from.objects().get(o), to.objects().get(o)).stream())
            .toList());
  }

  private static List<Entry> entry(String object, @Nullable String was, @Nullable String is) {
    if (was != null && is != null) {
      return was.equals(is) ? List.of() : List.of(new Changed(object, was, is));
    }
    if (was != null) {
      return List.of(new Missing(object, was));
    }
    return is == null ? List.of() : List.of(new Extra(object, is));
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * How another snapshot differs from the outcome of this difference, looking at the objects of
   * this difference only. Empty when the difference is visible there.
   */
  public CatalogDifference outstandingIn(CatalogSnapshot other) {
    return new CatalogDifference(
        entries.stream()
            .flatMap(e -> entry(e.object(), outcome(e), other.objects().get(e.object())).stream())
            .toList());
  }

  private static @Nullable String outcome(Entry entry) {
    return switch (entry) {
      case Missing _ -> null;
      case Extra(String _, String is) -> is;
      case Changed(String _, String _, String is) -> is;
    };
  }

  /**
   * In one line.
   *
   * @param most how many entries to name, at least 1; of the others their number is told
   */
  public String inWords(int most) {
    if (entries.isEmpty()) {
      return "no difference";
    }
    int more = entries.size() - most;
    return Stream.concat(
            entries.stream().limit(most).map(Entry::inWords),
            more > 0 ? Stream.of("and " + more + " more") : Stream.empty())
        .collect(Collectors.joining("; "));
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.codePointCount(0, line.length()) <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + "…";
  }
}
