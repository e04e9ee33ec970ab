package org.pgdeeplake.proxy.peers;

/**
 * A line of a stream, behind a proof that it is of somebody who has the secret and an answer to
 * this very request: {@code MAC TEXT}.
 */
final class SignedLine {
  private static final int MAC_CHARS = 64;

  private SignedLine() {}

  /**
   * @param nonce of the request
   */
  static String of(String text, Signature signature, String nonce) {
    return signature.of("line", nonce, text) + " " + text;
  }

  /** The text. */
  static String open(String line, Signature signature, String nonce) throws StateLine.BadLine {
    if (line.length() <= MAC_CHARS || line.charAt(MAC_CHARS) != ' ') {
      throw new StateLine.BadLine("has no signature");
    }
    String text = line.substring(MAC_CHARS + 1);
    if (!signature.matches(line.substring(0, MAC_CHARS), "line", nonce, text)) {
      throw new StateLine.BadLine("is not signed with this secret");
    }
    return text;
  }
}
