package org.pgdeeplake.proxy.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * The names that a certificate is made out for.
 *
 * @param patterns in lower case; {@code *} stands for the first label only (RFC 6125)
 */
record ServerNames(List<String> patterns) {
  private static final int DNS = 2;

  static ServerNames of(X509Certificate certificate) {
    List<String> names = alternativeNames(certificate);
    if (names == null) {
      names = commonNames(certificate);
    }
    return new ServerNames(names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
  }

  /** Whether it is exactly one of the names, or only through a wildcard. */
  boolean has(String name) {
    return patterns.contains(normal(name));
  }

  boolean matches(String name) {
    String normal = normal(name);
    int dot = normal.indexOf('.');
    return patterns.contains(normal) || (dot > 0 && patterns.contains("*" + normal.substring(dot)));
  }

  private static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Null where the certificate has none of any kind: only then its CN counts (RFC 6125, 6.4.4). */
  private static @Nullable List<String> alternativeNames(X509Certificate certificate) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all == null) {
        return null;
      }
      return all.stream()
          .filter(name -> name.getFirst().equals(DNS))
          .map(name -> String.valueOf(name.get(1)))
          .toList();
    } catch (CertificateParsingException _) {
      return null;
    }
  }

  private static List<String> commonNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      for (Rdn part : new LdapName(Identity.name(certificate)).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(String.valueOf(part.getValue()));
        }
      }
    } catch (InvalidNameException _) {
      // Nobody asks for such a name.
    }
    return names;
  }
}
