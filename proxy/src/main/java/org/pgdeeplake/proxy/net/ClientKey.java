package org.pgdeeplake.proxy.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Whom an address counts for, where clients are counted: an IPv6 client has a whole /64. */
public final class ClientKey {
  private static final int PREFIX_BYTES = 8;

  private ClientKey() {}

  public static String of(InetAddress client) {
    byte[] address = client.getAddress();
    return HexFormat.of()
        .formatHex(client instanceof Inet6Address ? Arrays.copyOf(address, PREFIX_BYTES) : address);
  }
}
