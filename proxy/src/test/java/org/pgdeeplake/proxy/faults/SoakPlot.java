package org.pgdeeplake.proxy.faults;

import static org.pgdeeplake.proxy.faults.Quantity.CHURN_RATE;
import static org.pgdeeplake.proxy.faults.Quantity.DIRECT;
import static org.pgdeeplake.proxy.faults.Quantity.FAULTS;
import static org.pgdeeplake.proxy.faults.Quantity.FDS;
import static org.pgdeeplake.proxy.faults.Quantity.HEAP;
import static org.pgdeeplake.proxy.faults.Quantity.HEAP_AFTER_GC;
import static org.pgdeeplake.proxy.faults.Quantity.IDLE;
import static org.pgdeeplake.proxy.faults.Quantity.JVM_DIRECT;
import static org.pgdeeplake.proxy.faults.Quantity.RSS;
import static org.pgdeeplake.proxy.faults.Quantity.SESSIONS;
import static org.pgdeeplake.proxy.faults.Quantity.THREADS;
import static org.pgdeeplake.proxy.faults.Quantity.VISITS;
import static org.pgdeeplake.proxy.faults.Quantity.WAITING;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A soak's samples as SVG: panels, one below the other, over the same time. */
final class SoakPlot {
  private static final List<List<Quantity>> PANELS =
      List.of(
          List.of(HEAP, HEAP_AFTER_GC),
          List.of(DIRECT, JVM_DIRECT),
          List.of(RSS),
          List.of(THREADS),
          List.of(FDS),
          List.of(SESSIONS, WAITING),
          List.of(CHURN_RATE),
          List.of(IDLE),
          List.of(VISITS),
          List.of(FAULTS));
  private static final List<String> COLOURS = List.of("#9bb8d3", "#1f5f99");
  private static final int WIDTH = 900;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TITLE = 22;
  private static final int DRAWN = 80;
  private static final int PANEL = TITLE + DRAWN + 16;
  private static final int FOOT = 40;
  private static final int MARKS = 6;

  private final List<SoakSample> samples;
  private final double seconds;
  private final Formatter svg = new Formatter(Locale.ROOT);

  private SoakPlot(List<SoakSample> samples) {
    this.samples = samples;
    this.seconds = samples.isEmpty() ? 1 : samples.getLast().seconds();
  }

  static String svg(List<SoakSample> samples) {
    return new SoakPlot(samples).draw();
  }

  private String draw() {
    int height = PANELS.size() * PANEL + FOOT;
    svg.format(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif'"
            + " font-size='12'>%n",
        WIDTH, height);
    svg.format("<rect width='%d' height='%d' fill='white'/>%n", WIDTH, height);
    for (int i = 0; i < PANELS.size(); i++) {
      panel(PANELS.get(i), i * PANEL + TITLE);
    }
    foot(PANELS.size() * PANEL);
    return svg.format("</svg>%n").toString();
  }

  private void panel(List<Quantity> quantities, int top) {
    double most = Axis.end(quantities.stream().mapToDouble(this::most).max().orElseThrow());
    int bottom = top + DRAWN;
    for (int third = 0; third <= 2; third++) {
      double y = bottom - DRAWN * third / 2.0;
      svg.format(
          "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>%n", LEFT, WIDTH - RIGHT, y, y);
      svg.format(
          "<text x='%d' y='%.1f' text-anchor='end'>%s</text>%n",
          LEFT - 6, y + 4, Axis.text(most * third / 2));
    }
    int x = LEFT;
    for (int i = 0; i < quantities.size(); i++) {
      Quantity quantity = quantities.get(i);
      String colour = COLOURS.get(quantities.size() == 1 ? 1 : i);
      String unit = quantity.unit().isEmpty() ? "" : ", " + quantity.unit();
      svg.format("<rect x='%d' y='%d' width='10' height='10' fill='%s'/>%n", x, top - 14, colour);
      svg.format("<text x='%d' y='%d'>%s%s</text>%n", x + 15, top - 5, quantity.title(), unit);
      x += 220;
      curve(quantity, bottom, most, colour);
    }
  }

  private void curve(Quantity quantity, int bottom, double most, String colour) {
    svg.format("<polyline fill='none' stroke-width='1.5' stroke='%s' points='", colour);
    for (SoakSample sample : samples) {
      OptionalDouble value = sample.value(quantity);
      if (value.isPresent()) {
        double y = bottom - DRAWN * quantity.shown(value.getAsDouble()) / most;
        svg.format("%.1f,%.1f ", x(sample.seconds()), y);
      }
    }
    svg.format("'/>%n");
  }

  private double most(Quantity quantity) {
    return samples.stream()
        .flatMapToDouble(sample -> sample.value(quantity).stream())
        .map(quantity::shown)
        .max()
        .orElse(0);
  }

  private void foot(int y) {
    for (int i = 0; i <= MARKS; i++) {
      double at = seconds * i / MARKS;
      svg.format("<text x='%.1f' y='%d' text-anchor='middle'>%.1f</text>%n", x(at), y + 8, at / 60);
    }
    svg.format("<text x='%d' y='%d' text-anchor='middle'>minutes</text>%n", WIDTH / 2, y + 28);
  }

  private double x(double at) {
    return LEFT + (WIDTH - LEFT - RIGHT) * at / seconds;
  }

  /** One that begins with 0. */
  private static final class Axis {
    private Axis() {}

    /** The next round number, a step of a power of ten. */
    private static double end(double most) {
      double power = most <= 0 ? 1 : Math.pow(10, Math.floor(Math.log10(most)));
      for (double step : new double[] {1, 1.5, 2, 3, 4, 6, 8}) {
        if (most <= step * power) {
          return step * power;
        }
      }
      return 10 * power;
    }

    private static String text(double value) {
      return value == Math.rint(value)
          ? String.format(Locale.ROOT, "%,d", (long) value)
          : String.valueOf((float) value);
    }
  }
}
