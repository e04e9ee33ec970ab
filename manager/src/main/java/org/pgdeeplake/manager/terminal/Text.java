package org.pgdeeplake.manager.terminal;

import java.util.List;

/** Lines for people, collected; coloured where colours may be used. */
public final class Text {
  private final boolean colours;
  private final StringBuilder lines = new StringBuilder();

  public Text(boolean colours) {
    this.colours = colours;
  }

  public String styled(Style style, String text) {
    return colours ? style.around(text) : text;
  }

  public Text line(String line) {
    lines.append(line).append('\n');
    return this;
  }

  public Text heading(String line) {
    return line(styled(Style.HEADING, line));
  }

  public Text table(Table table) {
    List<String> rendered = table.lines(colours);
    rendered.forEach(this::line);
    return this;
  }

  @Override
  public String toString() {
    return lines.toString();
  }
}
