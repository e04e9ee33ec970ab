package org.pgdeeplake.proxy.backend;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.NameLookup;
import org.pgdeeplake.proxy.tls.TlsConnector;

/**
 * Where a connection goes and how it begins there: TCP, then the header, then TLS.
 *
 * @param lookup how the address's name is resolved
 * @param maxAge of what is known of that name, where somebody waits; null: as old as it may be
 * @param certified for whom the server's certificate is to be made out
 * @param tls null: plain text
 * @param header null: none
 */
public record Destination(
    HostPort address,
    NameLookup lookup,
    @Nullable Duration maxAge,
    HostPort certified,
    @Nullable TlsConnector tls,
    @Nullable ProxyHeader header) {

  /** Whose name is resolved as the system does it. */
  public Destination(HostPort address, @Nullable TlsConnector tls, @Nullable ProxyHeader header) {
    this(address, NameLookup.SYSTEM, null, address, tls, header);
  }

  /** The same, with its name asked for again where the last answer is older. */
  public Destination notOlderThan(Duration age) {
    return new Destination(address, lookup, age, certified, tls, header);
  }

  /** The same, at that address of its name. */
  Destination at(HostPort literal) {
    return new Destination(literal, lookup, maxAge, certified, tls, header);
  }
}
