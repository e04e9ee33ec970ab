package org.pgdeeplake.manager.terminal;

/** Colours for people: ECMA-48, SGR. */
public enum Style {
  GOOD("32"),
  DOUBTFUL("33"),
  BAD("31"),
  QUIET("2"),
  HEADING("1");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  String around(String text) {
    return "\033[" + code + "m" + text + "\033[0m";
  }
}
