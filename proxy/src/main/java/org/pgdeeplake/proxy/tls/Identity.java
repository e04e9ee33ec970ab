package org.pgdeeplake.proxy.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.CertificateSource;

/**
 * A private key and the certificates that prove whose it is.
 *
 * @param chain the leaf first, then each one's signer; not empty
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
  /** Of a curve: BoringSSL has assembly for P-256 and none for those beyond. */
  private static final int QUICK_BITS = 256;

  X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Whether BoringSSL signs with it in some ten microseconds; else it takes hundreds. */
  boolean signsQuickly() {
    return leaf().getPublicKey() instanceof ECPublicKey key
        && key.getParams().getOrder().bitLength() <= QUICK_BITS;
  }

  /**
   * @param warnings gets what is wrong but works
   * @throws TlsFileException also where the certificate has expired or is not valid yet
   */
  static Identity load(PemFiles files, CertificateSource source, Consumer<String> warnings)
      throws TlsFileException {
    PemFile file = files.get(source.certificate());
    PemFile keyFile = source.key() == null ? file : files.get(source.key());
    List<X509Certificate> certificates = file.certificates();
    PrivateKey key = KeyFile.key(keyFile, warnings);
    X509Certificate leaf = leaf(certificates, key);
    if (leaf == null) {
      throw keyFile.problem(
          "the private key in it belongs to none of the certificates in "
              + (keyFile.equals(file) ? "it" : file.setting().path())
              + "; give the key that "
              + name(certificates.getFirst())
              + " was made with");
    }
    checkDates(file, leaf);
    List<X509Certificate> chain = chain(leaf, certificates);
    if (chain.size() < certificates.size()) {
      warnings.accept(
          file.describe(
              "%d of its %d certificates are left out: they are no part of the chain of %s"
                  .formatted(certificates.size() - chain.size(), certificates.size(), name(leaf))));
    }
    return new Identity(key, chain);
  }

  private static void checkDates(PemFile file, X509Certificate leaf) throws TlsFileException {
    try {
      leaf.checkValidity();
    } catch (CertificateExpiredException _) {
      throw file.problem(
          "the certificate of %s expired at %s; give a new one"
              .formatted(name(leaf), leaf.getNotAfter().toInstant()));
    } catch (CertificateNotYetValidException _) {
      throw file.problem(
          "the certificate of %s is not valid before %s; give one that is, or set the clock"
              .formatted(name(leaf), leaf.getNotBefore().toInstant()));
    }
  }

  private static @Nullable X509Certificate leaf(
      List<X509Certificate> certificates, PrivateKey key) {
    for (X509Certificate certificate : certificates) {
      if (matches(certificate.getPublicKey(), key)) {
        return certificate;
      }
    }
    return null;
  }

  private static boolean matches(PublicKey publicKey, PrivateKey key) {
    String algorithm = KeyFile.signatureAlgorithm(key);
    if (!publicKey.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    try {
      byte[] message = {1};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private static List<X509Certificate> chain(
      X509Certificate leaf, List<X509Certificate> certificates) {
    List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
    while (true) {
      X509Certificate last = chain.getLast();
      X509Certificate next = null;
      for (X509Certificate candidate : certificates) {
        if (!chain.contains(candidate) && signed(last, candidate)) {
          next = candidate;
          break;
        }
      }
      if (next == null) {
        return List.copyOf(chain);
      }
      chain.add(next);
    }
  }

  private static boolean signed(X509Certificate certificate, X509Certificate signer) {
    if (!certificate.getIssuerX500Principal().equals(signer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(signer.getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /** As openssl writes it. */
  static String serial(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16);
  }

  static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
