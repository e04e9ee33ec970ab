package org.pgdeeplake.proxy.config;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Makes a value of a key's text. */
interface Parser<T> {
  /**
   * @throws BadValue that says what is wrong, and what would be right
   */
  T parse(String text) throws BadValue;

  /**
   * @param kind which numbers there may be, in words
   */
  static Parser<Integer> wholeNumber(int min, int max, String kind) {
    Pattern digits = Pattern.compile("-?[0-9]{1,18}");
    return text -> {
      long number = digits.matcher(text).matches() ? Long.parseLong(text) : min - 1L;
      if (number < min || number > max) {
        throw new BadValue(Value.quoted(text) + " is not " + kind);
      }
      return (int) number;
    };
  }

  /**
   * @param asWord how {@code text} is compared
   */
  static Parser<String> oneOf(List<String> words, UnaryOperator<String> asWord) {
    return text -> {
      String word = asWord.apply(text);
      if (!words.contains(word)) {
        throw new BadValue(
            Value.quoted(text)
                + " is not allowed; write "
                + String.join(" or ", words)
                + Spelling.didYouMean(text, words));
      }
      return word;
    };
  }

  static String notEmpty(String text) throws BadValue {
    if (text.isBlank()) {
      throw new BadValue("the text is empty");
    }
    return text;
  }

  /** A name as HAProxy allows it. */
  static String name(String text) throws BadValue {
    if (!text.matches("[A-Za-z0-9_.:-]+")) {
      throw new BadValue(Value.quoted(text) + " is not a name; use letters, digits and - _ . :");
    }
    return text;
  }
}
