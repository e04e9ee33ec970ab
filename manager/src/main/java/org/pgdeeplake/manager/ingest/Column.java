package org.pgdeeplake.manager.ingest;

/**
 * A column of the TPC-H specification, clause 1.4.1.
 *
 * @param length of FIXED and VARYING, in characters, all of them ASCII; otherwise 0
 */
record Column(String name, Kind kind, int length) {
  enum Kind {
    IDENTIFIER,
    INTEGER,
    DECIMAL,
    DATE,
    FIXED,
    VARYING,
    /** Fixed text of one character. */
    FLAG
  }

  /** For CREATE TABLE. */
  String definition() {
    String type =
        switch (kind) {
          case IDENTIFIER -> "bigint";
          case INTEGER -> "integer";
          case DECIMAL -> "decimal(15,2)";
          case DATE -> "date";
          case FIXED -> "char(" + length + ")";
          case VARYING -> "varchar(" + length + ")";
          // Known upstream bug: a synced instance sees another type for CHAR(1) and VARCHAR(1).
          // text has no length that could differ.
          case FLAG -> "text";
        };
    return name + " " + type + " NOT NULL";
  }

  boolean numeric() {
    return switch (kind) {
      case IDENTIFIER, INTEGER, DECIMAL -> true;
      case DATE, FIXED, VARYING, FLAG -> false;
    };
  }

  /**
   * The value as {@link CopyRow} writes it, whatever type the table really has; needs ISO dates.
   */
  String asText() {
    return switch (kind) {
      case IDENTIFIER, INTEGER -> name + "::bigint::text";
      case DECIMAL -> name + "::numeric(15,2)::text";
      case DATE -> name + "::date::text";
      // Padding is no part of the value.
      case FIXED, FLAG -> "rtrim(" + name + "::text)";
      case VARYING -> name + "::text";
    };
  }

  /** The sum of a numeric column, in units for integers and in hundredths for decimals. */
  String sum() {
    return kind == Kind.DECIMAL ? "sum(" + name + ") * 100" : "sum(" + name + ")";
  }

  /** The most bytes a value takes in COPY's text format, with the delimiter behind it. */
  int maxBytes() {
    int value =
        switch (kind) {
          case IDENTIFIER -> 19;
          case INTEGER -> 10;
          case DECIMAL -> 17;
          case DATE -> 10;
          case FIXED, VARYING -> length;
          case FLAG -> 1;
        };
    return value + 1;
  }
}
