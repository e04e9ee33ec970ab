package org.pgdeeplake.proxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.pgdeeplake.proxy.config.FileSetting;

/**
 * A PEM file as it was when it was read.
 *
 * @param permissions of the file itself, not of a link to it
 * @param digest changes with the content
 */
record PemFile(
    FileSetting setting, List<Pem> blocks, Set<PosixFilePermission> permissions, String digest) {
  static final int LIMIT = 1 << 20;

  /** SEQUENCE, which every certificate and key in DER begins with. */
  private static final int DER_SEQUENCE = 0x30;

  static PemFile read(FileSetting setting) throws TlsFileException {
    Path path = setting.path();
    try {
      if (Files.isDirectory(path)) {
        throw problem(setting, "is a directory; give the path of a PEM file");
      }
      byte[] content;
      try (InputStream in = Files.newInputStream(path)) {
        content = in.readNBytes(LIMIT + 1);
      }
      if (content.length > LIMIT) {
        throw problem(setting, "is larger than 1 MiB; give a PEM file with what is needed only");
      }
      return new PemFile(
          setting, blocks(setting, content), Files.getPosixFilePermissions(path), digest(content));
    } catch (NoSuchFileException _) {
      throw problem(setting, "no such file; give the path of a PEM file");
    } catch (AccessDeniedException _) {
      throw problem(setting, unreadable(path));
    } catch (IOException e) {
      throw problem(setting, "cannot be read: " + e.getMessage());
    }
  }

  private static List<Pem> blocks(FileSetting setting, byte[] content) throws TlsFileException {
    List<Pem> blocks;
    try {
      blocks = Pem.parse(content);
    } catch (TlsFileException e) {
      throw problem(setting, String.valueOf(e.getMessage()));
    }
    if (blocks.isEmpty()) {
      boolean der = content.length > 0 && content[0] == DER_SEQUENCE;
      throw problem(
          setting,
          content.length == 0
              ? "is empty; write PEM into it"
              : der
                  ? "is not PEM but looks like DER; convert it: openssl x509 -inform DER -in "
                      + setting.path()
                      + " (a key: openssl pkey -inform DER)"
                  : "is not PEM; it must have lines -----BEGIN ...----- and -----END ...-----");
    }
    return blocks;
  }

  /** Says who may read it and who we are. */
  static String unreadable(Path path) {
    String who = "as user " + System.getProperty("user.name");
    try {
      PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class);
      return "cannot be read "
          + who
          + ": it belongs to "
          + file.owner().getName()
          + ":"
          + file.group().getName()
          + " with mode "
          + PosixFilePermissions.toString(file.permissions())
          + "; let that user read it";
    } catch (IOException | UnsupportedOperationException _) {
      return "cannot be read " + who + ", nor its directory; let that user read them";
    }
  }

  /** All of them, in the order of the file; not empty. */
  List<X509Certificate> certificates() throws TlsFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : blocks) {
      if (block.isCertificate()) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw problem("there is no certificate in it, only " + labels());
    }
    return certificates;
  }

  private X509Certificate certificate(Pem block) throws TlsFileException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.der()));
    } catch (CertificateException e) {
      throw problem("a certificate in it cannot be read: " + e.getMessage());
    }
  }

  String labels() {
    return String.join(", ", blocks.stream().map(Pem::label).distinct().toList());
  }

  /** About this file. */
  TlsFileException problem(String text) {
    return problem(setting, text);
  }

  /** For a log line about this file. */
  String describe(String text) {
    return setting.where() + ": " + setting.path() + ": " + text;
  }

  private static TlsFileException problem(FileSetting setting, String text) {
    return new TlsFileException(setting.where() + ": " + setting.path() + ": " + text);
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
