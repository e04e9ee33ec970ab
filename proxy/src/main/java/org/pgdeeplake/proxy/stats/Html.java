package org.pgdeeplake.proxy.stats;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.Collection;
import java.util.function.Function;

/**
 * A piece of a page. What goes into its gaps is escaped, unless it is a piece itself; so names that
 * clients choose stay text, wherever they stand.
 */
record Html(String markup) {
  static final Html NONE = new Html("");

  /**
   * @param template HTML in which each {@code {}} is a gap
   * @param values one for each gap
   */
  static Html of(@CompileTimeConstant final String template, Object... values) {
    StringBuilder out = new StringBuilder(template.length() + 64);
    int from = 0;
    for (Object value : values) {
      int gap = template.indexOf("{}", from);
      if (gap < 0) {
        throw new IllegalArgumentException("more values than gaps: " + template);
      }
      out.append(template, from, gap);
      if (value instanceof Html piece) {
        out.append(piece.markup());
      } else {
        escape(String.valueOf(value), out);
      }
      from = gap + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("more gaps than values: " + template);
    }
    return new Html(out.append(template, from, template.length()).toString());
  }

  static <T> Html each(Collection<T> things, Function<? super T, Html> piece) {
    StringBuilder out = new StringBuilder();
    things.forEach(thing -> out.append(piece.apply(thing).markup()));
    return new Html(out.toString());
  }

  static Html all(Html... pieces) {
    StringBuilder out = new StringBuilder();
    for (Html piece : pieces) {
      out.append(piece.markup());
    }
    return new Html(out.toString());
  }

  /**
   * Control characters, and those that turn the direction of text, show as a replacement character:
   * a name could pretend to be another with them.
   */
  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(hidden(c) ? '\uFFFD' : c);
      }
    }
  }

  private static boolean hidden(char c) {
    int type = Character.getType(c);
    return type == Character.CONTROL || type == Character.FORMAT;
  }
}
