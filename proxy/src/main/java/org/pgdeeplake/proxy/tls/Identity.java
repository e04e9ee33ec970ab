package org.pgdeeplake.proxy.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and the certificates that prove whose it is.
 *
 * @param chain the leaf first, then each one's signer; not empty
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
  X509Certificate leaf() {
    return chain.getFirst();
  }
}
