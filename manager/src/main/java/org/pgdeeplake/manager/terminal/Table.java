package org.pgdeeplake.manager.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Columns as kubectl prints them: headings in capitals, two spaces between, no lines. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<Cell>> rows = new ArrayList<>();
  private final Map<Integer, Boolean> rightAligned = new TreeMap<>();

  /**
   * @param style null: none
   */
  public record Cell(String text, @Nullable Style style) {}

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  /** For numbers; columns from 0. */
  public Table right(int... columns) {
    for (int column : columns) {
      rightAligned.put(column, true);
    }
    return this;
  }

  /** A cell is a {@link Cell} or is shown by its toString. */
  public Table row(Object... cells) {
    List<Cell> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell instanceof Cell styled ? styled : new Cell(cell.toString(), null));
    }
    rows.add(row);
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  List<String> lines(boolean colours) {
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = headings.get(i).length();
      for (List<Cell> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).text().length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(headings.stream().map(h -> new Cell(h, Style.QUIET)).toList(), widths, colours));
    rows.forEach(row -> lines.add(line(row, widths, colours)));
    return lines;
  }

  private String line(List<Cell> row, int[] widths, boolean colours) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      Cell cell = row.get(i);
      String padding = " ".repeat(widths[i] - cell.text().length());
      String text =
          colours && cell.style() != null ? cell.style().around(cell.text()) : cell.text();
      boolean last = i == row.size() - 1;
      line.append(rightAligned.containsKey(i) ? padding + text : last ? text : text + padding);
      line.append(last ? "" : GAP);
    }
    return line.toString().stripTrailing();
  }
}
