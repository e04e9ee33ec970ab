package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/** What was made of the files as they were at one moment. */
interface Generation {
  /** The leaf of every certificate that it shows. */
  List<X509Certificate> certificates();

  /** What is wrong with its files but works. */
  List<String> warnings();

  void rotateTicketKeys();

  /** Nobody gets it any more; what lives with it lives on. */
  void release();
}
