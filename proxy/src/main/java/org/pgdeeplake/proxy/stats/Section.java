package org.pgdeeplake.proxy.stats;

import java.util.List;

/** A table with its heading; scrolls sideways by itself where there is no room. */
final class Section {
  private Section() {}

  /** A column: its heading and its style, a class of the style sheet or empty. */
  record Column(String title, String style) {
    static Column text(String title) {
      return new Column(title, "");
    }

    static Column number(String title) {
      return new Column(title, "num");
    }

    static Column actions() {
      return new Column("Actions", "actions");
    }
  }

  /**
   * @param about further content between the heading and the table
   * @param empty what is said instead of a table without rows
   */
  static Html table(
      String id, String title, Html about, List<Column> columns, List<Html> rows, String empty) {
    return Html.of(
        """
        <section id="{}" class="card" data-live aria-labelledby="{}-h">
        <div class="heading"><h2 id="{}-h">{}</h2>{}</div>
        {}</section>
        """,
        id,
        id,
        id,
        title,
        about,
        rows.isEmpty()
            ? Html.of("<p class=\"empty\">{}</p>", empty)
            : Html.of(
                """
                <div class="scroll" id="{}-scroll" role="region" tabindex="0" aria-labelledby="{}-h">
                <table><caption class="vh">{}</caption>
                <thead><tr>{}</tr></thead>
                <tbody>
                {}</tbody></table></div>
                """,
                id,
                id,
                title,
                Html.each(columns, Section::heading),
                Html.each(rows, row -> row)));
  }

  private static Html heading(Column column) {
    return Html.of("<th scope=\"col\" class=\"{}\">{}</th>", column.style(), column.title());
  }

  static Html number(String value) {
    return Html.of("<td class=\"num\">{}</td>", value);
  }

  static Html text(Object value) {
    return Html.of("<td>{}</td>", value);
  }
}
