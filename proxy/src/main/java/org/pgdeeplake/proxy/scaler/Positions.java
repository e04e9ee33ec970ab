package org.pgdeeplake.proxy.scaler;

import io.netty.util.NetUtil;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which order a StatefulSet has its instances: it starts from position 0 up and stops from the
 * highest down. A server's position is the number at the end of its name, counted from the lowest
 * of its backend; where one of them has no number, as an address has none, their order in the
 * configuration.
 */
final class Positions {
  private static final Pattern NUMBER = Pattern.compile("(?:.*\\D)?(\\d{1,9})");
  private static final int NONE = -1;

  private final Map<String, Integer> known = new HashMap<>();

  /** {@link #NONE}: not by number. */
  private final int lowest;

  Positions(List<String> servers) {
    lowest = servers.stream().mapToInt(Positions::number).min().orElse(NONE);
    for (int i = 0; i < servers.size(); i++) {
      String name = servers.get(i);
      known.put(name, lowest == NONE ? i : number(name) - lowest);
    }
  }

  /** Empty where nobody can tell; a server that the configuration no longer has may have one. */
  OptionalInt of(String server) {
    Integer position = known.get(server);
    if (position != null) {
      return OptionalInt.of(position);
    }
    int number = number(server);
    return lowest == NONE || number < lowest
        ? OptionalInt.empty()
        : OptionalInt.of(number - lowest);
  }

  private static int number(String name) {
    if (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name)) {
      return NONE;
    }
    Matcher form = NUMBER.matcher(name);
    return form.matches() ? Integer.parseInt(form.group(1)) : NONE;
  }
}
