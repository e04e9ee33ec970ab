package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;

/** A file with certificates and a private key, in PEM and the DER that is in it. */
public final class PemTarget implements FuzzTarget {
  private static final FileSetting SETTING =
      new FileSetting(Path.of("fuzz.pem"), "proxy.conf:1: proxy.frontends.f.tls.certificate");

  private interface Reading {
    void read() throws TlsFileException;
  }

  @Override
  public void check(byte[] input) {
    refusedAtMost(() -> {
      List<Pem> blocks = Pem.parse(input);
      PemFile file = new PemFile(SETTING, blocks, Set.of(PosixFilePermission.OWNER_READ), "digest");
      refusedAtMost(() -> assertThat(file.certificates()).isNotEmpty());
      refusedAtMost(() -> assertThat(KeyFile.key(file, _ -> {}).getAlgorithm()).isNotEmpty());
    });
  }

  private static void refusedAtMost(Reading reading) {
    try {
      reading.read();
    } catch (TlsFileException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
