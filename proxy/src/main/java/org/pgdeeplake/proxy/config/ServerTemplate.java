package org.pgdeeplake.proxy.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Reads {@code name-{0..7}.domain:port}, which stands for an address for each number. */
final class ServerTemplate {
  private static final int MOST = 1000;
  private static final String FORM =
      "; write \"name:5432\", or \"name-{0..7}.domain:5432\" for a name for each server";
  private static final String NUMBER = "(0|[1-9][0-9]{0,8})";
  private static final Pattern TEMPLATE =
      Pattern.compile("([^{}.:]+)\\{" + NUMBER + "\\.\\." + NUMBER + "\\}([^{}]*)");

  private ServerTemplate() {}

  static boolean isOne(String text) {
    return text.indexOf('{') >= 0 || text.indexOf('}') >= 0;
  }

  /** The addresses that it stands for, in the order of their numbers. */
  static List<HostPort> parse(String text) throws BadValue {
    String shown = Value.quoted(text);
    Matcher template = TEMPLATE.matcher(text);
    if (!template.matches()) {
      throw new BadValue(
          shown + " is no template: it has one {first..last}, in its first label" + FORM);
    }
    int first = Integer.parseInt(template.group(2));
    int last = Integer.parseInt(template.group(3));
    if (first > last) {
      throw new BadValue(
          "%s counts down: that is no server; write {%d..%d}".formatted(shown, last, first));
    }
    if (last - first >= MOST) {
      throw new BadValue(
          "%s are %d servers; at most %d are possible".formatted(shown, last - first + 1L, MOST));
    }
    // The longest first: if it is good, all are.
    var _ = address(template, last);
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> checked(template, number))
        .toList();
  }

  private static HostPort checked(Matcher template, int number) {
    try {
      return address(template, number);
    } catch (BadValue e) {
      throw new IllegalStateException(e);
    }
  }

  private static HostPort address(Matcher template, int number) throws BadValue {
    return Address.parse(template.group(1) + number + template.group(4), 1);
  }

  /** The name of the server at an address of a template. */
  static String label(HostPort address) {
    int dot = address.host().indexOf('.');
    return dot < 0 ? address.host() : address.host().substring(0, dot);
  }
}
