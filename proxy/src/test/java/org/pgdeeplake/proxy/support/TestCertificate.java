package org.pgdeeplake.proxy.support;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** A certificate and its key, made for the test. */
public record TestCertificate(X509Bundle bundle) {
  private static final Duration LIFE = Duration.ofDays(90);

  /** For localhost and 127.0.0.1, trusted by who trusts itself. */
  public static TestCertificate selfSigned() {
    try {
      return new TestCertificate(
          localhost(fresh("CN=localhost")).setIsCertificateAuthority(true).buildSelfSigned());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A certificate that signs others. */
  public static TestCertificate authority(String name) {
    try {
      return new TestCertificate(
          fresh("CN=" + name).setIsCertificateAuthority(true).buildSelfSigned());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** An authority below this one. */
  public TestCertificate intermediate(String name) {
    return issue(name, builder -> builder.setIsCertificateAuthority(true));
  }

  /** Signed by this one, for localhost and 127.0.0.1. */
  public TestCertificate issue() {
    return issue("localhost", TestCertificate::localhost);
  }

  /** Signed by this one; {@code more} as needed: other names, other dates, another algorithm. */
  public TestCertificate issue(String name, UnaryOperator<CertificateBuilder> more) {
    try {
      return new TestCertificate(more.apply(fresh("CN=" + name)).buildIssuedBy(bundle));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public static CertificateBuilder localhost(CertificateBuilder builder) {
    return builder.addSanDnsName("localhost").addSanIpAddress("127.0.0.1");
  }

  /** In PEM: the leaf, then its signers, without the root unless it is its own. */
  public String chain() {
    return bundle.getCertificatePathPEM();
  }

  /** In PEM: PKCS#8, not encrypted. */
  public String key() {
    return bundle.getPrivateKeyPEM();
  }

  /** In PEM: only this certificate. */
  public String alone() {
    return bundle.getCertificatePathPEM().split("(?<=-----END CERTIFICATE-----\n?)", 2)[0] + "\n";
  }

  public X509Certificate certificate() {
    return bundle.getCertificate();
  }

  private static CertificateBuilder fresh(String subject) {
    Instant now = Instant.now();
    return new CertificateBuilder()
        .algorithm(Algorithm.ecp256)
        .subject(subject)
        .notBefore(now.minus(Duration.ofHours(1)))
        .notAfter(now.plus(LIFE));
  }
}
