package org.pgdeeplake.manager.terminal;

import com.fasterxml.jackson.databind.JsonNode;

/** What a command found out or did, for people and for programs. */
public interface Report {

  void write(Text text);

  /** Field names are an API. */
  JsonNode json();

  default String text(boolean colours) {
    Text text = new Text(colours);
    write(text);
    return text.toString();
  }

  default String jsonText() {
    return Json.text(json()) + "\n";
  }

  /** For one document after another. */
  default String jsonLine() {
    return Json.line(json()) + "\n";
  }
}
