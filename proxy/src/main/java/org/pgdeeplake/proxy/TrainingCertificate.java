package org.pgdeeplake.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for a day, for the training's own clients, made by the program that every Java
 * runtime has for it.
 */
final class TrainingCertificate {
  /** Of a file that is gone when the training has begun; the program insists on one. */
  private static final String PASSWORD = "training";

  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private TrainingCertificate() {}

  /**
   * Blocks.
   *
   * @param directory in which nobody else writes
   * @return of the certificate and its key, P-256
   */
  static Path create(Path directory) throws IOException {
    Path store = directory.resolve("training.p12");
    try {
      keytool(store);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      String alias = keys.aliases().nextElement();
      Certificate certificate = keys.getCertificate(alias);
      Key key = keys.getKey(alias, PASSWORD.toCharArray());
      return Files.writeString(
          directory.resolve("training.pem"),
          pem("CERTIFICATE", certificate.getEncoded()) + pem("PRIVATE KEY", key.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(store);
    }
  }

  private static void keytool(Path store) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-m",
            "java.base/sun.security.tools.keytool.Main",
            "-genkeypair",
            "-alias",
            "training",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=localhost",
            "-validity",
            "1",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            store.toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Else it would be trained, too.
    builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("no certificate: " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(type, LINES.encodeToString(der));
  }
}
