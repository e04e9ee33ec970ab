package org.pgdeeplake.proxy.stats;

import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.pgdeeplake.proxy.stats.History.Sample;

/** Two small charts over the same five minutes: who waits, and who is served. */
final class Chart {
  private static final int HEIGHT = 48;

  /** The least that the full height stands for, so that one session does not look like a storm. */
  private static final int LEAST_TOP = 4;

  private Chart() {}

  static Html html(List<Sample> samples) {
    return Html.all(
        Html.of("<section id=\"chart\" class=\"card\" data-live aria-labelledby=\"chart-h\">"),
        Html.of("<h2 id=\"chart-h\">Last 5 minutes</h2>"),
        series("Waiting", "waiting", samples, Sample::waiting),
        series("Served", "served", samples, Sample::sessions),
        Html.of("</section>"));
  }

  private static Html series(
      String title, String style, List<Sample> samples, ToIntFunction<Sample> value) {
    int most = samples.stream().mapToInt(value).max().orElse(0);
    int now = samples.isEmpty() ? 0 : value.applyAsInt(samples.getLast());
    return Html.of(
        """
        <figure class="series {}">
        <figcaption><span>{}</span> <span class="num"><b>{}</b> now, {} at most</span></figcaption>
        <svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path class="area" d="{}"/><path class="line" d="{}"/></svg>
        <p class="axis" aria-hidden="true"><span>5 min ago</span><span>now</span></p>
        </figure>
        """,
        style,
        title,
        Units.count(now),
        Units.count(most),
        History.LENGTH - 1,
        HEIGHT,
        area(samples, value, most),
        line(samples, value, most));
  }

  /** Steps, as between two samples nothing is known. Starts late where the process is young. */
  private static String line(List<Sample> samples, ToIntFunction<Sample> value, int most) {
    StringBuilder path = new StringBuilder();
    int x = History.LENGTH - samples.size();
    int last = -1;
    for (Sample sample : samples) {
      int number = value.applyAsInt(sample);
      if (last < 0) {
        path.append('M').append(x).append(' ').append(y(number, most));
      } else if (number != last) {
        path.append('H').append(x).append('V').append(y(number, most));
      }
      last = number;
      x++;
    }
    return samples.isEmpty() ? "" : path.append('H').append(History.LENGTH - 1).toString();
  }

  private static String area(List<Sample> samples, ToIntFunction<Sample> value, int most) {
    return samples.isEmpty()
        ? ""
        : "%sV%dH%dZ"
            .formatted(line(samples, value, most), HEIGHT, History.LENGTH - samples.size());
  }

  private static String y(int number, int most) {
    double top = Math.max(LEAST_TOP, most);
    return String.format(Locale.ROOT, "%.1f", 1 + (HEIGHT - 2) * (1 - number / top));
  }
}
