package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/** What was made of the files as they were at one moment. */
interface Generation {
  /** The leaf of every certificate that it shows. */
  List<X509Certificate> certificates();

  /** All whose end would matter: of chains, and authorities that were valid when loaded. */
  List<X509Certificate> watched();

  /** What is wrong with its files but works. */
  List<String> warnings();

  void rotateTicketKeys();

  /** Nobody gets it any more; what lives with it lives on. */
  void release();
}
