package org.pgdeeplake.proxy.backend;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.tls.TlsConnector;

/**
 * Where a connection goes and how it begins there: TCP, then the header, then TLS.
 *
 * @param tls null: plain text
 * @param header null: none
 */
public record Destination(
    HostPort address, @Nullable TlsConnector tls, @Nullable ProxyHeader header) {}
