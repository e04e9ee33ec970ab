package org.pgdeeplake.proxy.support;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code openssl s_client -starttls postgres} sees. */
public final class ShownCertificate {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

  private ShownCertificate() {}

  /** The certificate of who listens on that loopback port. */
  public static X509Certificate of(int port) {
    Command.Result result =
        Command.of("openssl", "s_client", "-starttls", "postgres", "-connect", "127.0.0.1:" + port)
            .run();
    Matcher shown = PEM.matcher(result.out());
    if (!shown.find()) {
      throw new AssertionError("no certificate is shown: " + result);
    }
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(shown.group().getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }
}
