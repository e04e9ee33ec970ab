package org.pgdeeplake.benchmarks.peer;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Certificates that are good for a run, all peers the same. */
public final class Certificates {
  private Certificates() {}

  /** Of which kind the key is. */
  public enum Key {
    ECDSA_P256(CertificateBuilder.Algorithm.ecp256),
    RSA_2048(CertificateBuilder.Algorithm.rsa2048);

    private final CertificateBuilder.Algorithm algorithm;

    Key(CertificateBuilder.Algorithm algorithm) {
      this.algorithm = algorithm;
    }
  }

  /**
   * Self-signed, with its key in the same file.
   *
   * @return a PEM file
   */
  public static Path create(Key key, Path directory) throws BenchFailed {
    Path file = directory.resolve(key.name() + ".pem");
    try {
      X509Bundle bundle =
          new CertificateBuilder()
              .algorithm(key.algorithm)
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .setIsCertificateAuthority(true)
              .notBefore(Instant.now().minus(1, ChronoUnit.DAYS))
              .notAfter(Instant.now().plus(2, ChronoUnit.DAYS))
              .buildSelfSigned();
      Files.writeString(file, bundle.getCertificatePathPEM() + bundle.getPrivateKeyPEM());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      return file;
    } catch (IOException e) {
      throw new BenchFailed("cannot write " + file + ": " + e.getMessage(), e);
    } catch (Exception e) {
      throw new BenchFailed("cannot make a certificate: " + e.getMessage(), e);
    }
  }
}
