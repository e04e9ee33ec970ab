package org.pgdeeplake.proxy.config;

import java.net.InetAddress;

/**
 * The addresses that share their first bits (RFC 4632).
 *
 * @param prefixBits 0 to 32, for IPv6 to 128
 */
public record Network(InetAddress address, int prefixBits) {
  private static final String FORM = "; write address/bits, such as 10.0.0.0/8 or fd00::/8";

  static Network parse(String text) throws BadValue {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    InetAddress address;
    try {
      // Java reads 10.1 as 10.0.0.1.
      if (host.indexOf(':') < 0 && !Address.isIpv4(host)) {
        throw new IllegalArgumentException(host);
      }
      address = InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException _) {
      throw new BadValue(Value.quoted(text) + " is not a network" + FORM);
    }
    int all = address.getAddress().length * Byte.SIZE;
    int bits = all;
    if (slash >= 0) {
      String digits = text.substring(slash + 1);
      bits = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
    }
    if (bits < 0 || bits > all) {
      throw new BadValue(
          Value.quoted(text) + ": the bits must be a whole number from 0 to " + all + FORM);
    }
    return new Network(address, bits);
  }

  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefixBits; bit++) {
      int mask = 0x80 >> (bit % Byte.SIZE);
      if (((mine[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
