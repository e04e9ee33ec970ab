package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Text;

/** A report whose JSON is there already, such as the proxy's own. */
record JsonReport(JsonNode json, Consumer<Text> words) implements Report {
  @Override
  public void write(Text text) {
    words.accept(text);
  }
}
