package org.pgdeeplake.proxy.tls;

import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.function.Consumer;

/** The private key of a PEM file: PKCS#8, or the older forms of RSA (PKCS#1) and EC (SEC 1). */
final class KeyFile {
  private static final List<String> ALGORITHMS = List.of("RSA", "EC");

  private KeyFile() {}

  static PrivateKey key(PemFile file, Consumer<String> warnings) throws TlsFileException {
    Pem block =
        file.blocks().stream()
            .filter(Pem::isKey)
            .findFirst()
            .orElseThrow(() ->
                file.problem(
                    "there is no private key in it, only "
                        + file.labels()
                        + "; append the key, or name its file as key"));
    if (block.encrypted()) {
      throw file.problem(
          "the private key is encrypted; decrypt it: openssl pkey -in %1$s -out %1$s.plain"
              .formatted(file.setting().path()));
    }
    checkAccess(file, warnings);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm)
            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8(file, block)));
      } catch (GeneralSecurityException _) {
        // Of another algorithm, or broken.
      }
    }
    throw file.problem(
        "the private key is not an RSA or EC key, or it is broken; make one: openssl genpkey"
            + " -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  }

  private static byte[] pkcs8(PemFile file, Pem block) throws TlsFileException {
    return switch (block.label()) {
      case "RSA PRIVATE KEY" -> Der.pkcs8FromRsa(block.der());
      case "EC PRIVATE KEY" -> {
        byte[] pkcs8 = Der.pkcs8FromEc(block.der());
        if (pkcs8 == null) {
          throw file.problem(
              "the EC private key does not name its curve; convert it: openssl pkey -in "
                  + file.setting().path());
        }
        yield pkcs8;
      }
      default -> block.der();
    };
  }

  private static void checkAccess(PemFile file, Consumer<String> warnings) throws TlsFileException {
    if (file.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw file.problem("everyone can write this private key; chmod o-w " + file.setting().path());
    }
    if (file.permissions().contains(PosixFilePermission.GROUP_WRITE)) {
      throw file.problem(
          "its group can write this private key; chmod g-w " + file.setting().path());
    }
    if (file.permissions().contains(PosixFilePermission.OTHERS_READ)) {
      // Not refused: Kubernetes mounts Secrets with mode 0644.
      warnings.accept(file.describe("everyone on this machine can read this private key"));
    }
  }

  static String signatureAlgorithm(PrivateKey key) {
    return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
  }
}
