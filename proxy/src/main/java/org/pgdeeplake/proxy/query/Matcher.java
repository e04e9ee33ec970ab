package org.pgdeeplake.proxy.query;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a label must be; a label that is not there is empty.
 *
 * @param pattern null: the value itself is compared
 */
record Matcher(String label, boolean negated, String value, @Nullable Pattern pattern) {
  /** A pattern backtracks; this is more than any that ends soon needs for a label of ours. */
  private static final int MOST_STEPS = 10_000;

  /**
   * Without counts, which cost time without reading anything, and without groups that look around
   * or back.
   */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(?:[A-Za-z0-9 _\\-.:/*+?|()\\[\\]^$]|\\(\\?:|\\\\[.\\-+*?|()\\[\\]^$/dws])*");

  static Matcher exact(String label, boolean negated, String value) {
    return new Matcher(label, negated, value, null);
  }

  static Matcher matching(String label, boolean negated, String value) throws QueryException {
    if (!HARMLESS.matcher(value).matches() || lookAround(value)) {
      throw new QueryException(
          "in a pattern only letters, digits, _ - . : / \\ and * + ? | ( ) [ ] ^ $ are understood");
    }
    try {
      return new Matcher(label, negated, value, Pattern.compile(value));
    } catch (PatternSyntaxException e) {
      throw new QueryException("wrong pattern: " + e.getDescription());
    }
  }

  private static boolean lookAround(String value) {
    return value.replace("(?:", "").contains("(?");
  }

  boolean accepts(Map<String, String> labels) throws QueryException {
    String actual = labels.getOrDefault(label, "");
    return negated != (pattern == null ? value.equals(actual) : matches(pattern, actual));
  }

  private static boolean matches(Pattern pattern, String actual) throws QueryException {
    try {
      return pattern
          .matcher(new Counted(actual, 0, actual.length(), new AtomicInteger()))
          .matches();
    } catch (TooManySteps | StackOverflowError _) {
      throw new QueryException("a pattern takes too long; write a simpler one");
    }
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManySteps() {
      super(null, null, false, false);
    }
  }

  /** Gives out so many characters and no more. */
  private record Counted(String text, int from, int to, AtomicInteger steps)
      implements CharSequence {
    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (steps.incrementAndGet() > MOST_STEPS) {
        throw new TooManySteps();
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, from + start, from + end, steps);
    }
  }
}
