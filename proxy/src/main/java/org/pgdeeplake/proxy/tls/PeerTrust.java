package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom we trust: a chain of certificates, and one certificate that must be the frontend's. */
final class PeerTrust extends X509ExtendedTrustManager
    implements ResumableX509ExtendedTrustManager {
  /** X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: the alert unknown_ca. */
  private static final int UNKNOWN_CA = 20;

  /** X509_V_ERR_CERT_REJECTED: the alert bad_certificate. */
  private static final int REJECTED = 28;

  private static final String RESUMED = "org.pgdeeplake.resumed";

  private final @Nullable X509ExtendedTrustManager chains;
  private final @Nullable Supplier<List<X509Certificate>> shared;

  /**
   * @param chains checks chains, and names where the engine asks for it; null: anything goes
   * @param shared one of these must be the peer's; null: any
   */
  PeerTrust(
      @Nullable X509ExtendedTrustManager chains, @Nullable Supplier<List<X509Certificate>> shared) {
    this.chains = chains;
    this.shared = shared;
  }

  /**
   * @param ca null: who Java trusts
   */
  static X509ExtendedTrustManager chains(@Nullable List<X509Certificate> ca) {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(ca == null ? null : store(ca));
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IllegalStateException("this Java has no trust manager");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java cannot check certificates", e);
    }
  }

  private static KeyStore store(List<X509Certificate> ca)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < ca.size(); i++) {
      store.setCertificateEntry("ca" + i, ca.get(i));
    }
    return store;
  }

  /** Whether the session of this engine, a client's, began in an earlier connection. */
  static boolean resumed(SSLEngine engine) {
    return engine.getSession().getValue(RESUMED) != null;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (chains != null) {
      try {
        chains.checkServerTrusted(chain, authType, engine);
      } catch (CertificateException e) {
        throw withAlert(e);
      }
    }
    checkShared(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (chains != null) {
      try {
        chains.checkClientTrusted(chain, authType, engine);
      } catch (CertificateException e) {
        throw withAlert(e);
      }
    }
  }

  /** The chain was checked when the session began, but our certificate may have changed since. */
  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    checkShared(chain);
    engine.getSession().putValue(RESUMED, RESUMED);
  }

  @Override
  public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) {
    // The keys of its ticket are not older than the authorities.
  }

  private void checkShared(X509Certificate[] chain) throws CertificateException {
    if (shared != null && (chain.length == 0 || !shared.get().contains(chain[0]))) {
      throw new OpenSslCertificateException(
          "the server's certificate is not the frontend's (shared-certificate = true)", REJECTED);
    }
  }

  /** Without it BoringSSL would tell the peer internal_error; but it knows dates by itself. */
  private static CertificateException withAlert(CertificateException e) {
    if (TlsFailure.isOtherName(e)) {
      return new OpenSslCertificateException(TlsFailure.reason(e), e, REJECTED);
    }
    if (TlsFailure.isUnknownAuthority(e)) {
      return new OpenSslCertificateException(TlsFailure.reason(e), e, UNKNOWN_CA);
    }
    return e;
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains == null ? new X509Certificate[0] : chains.getAcceptedIssuers();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noEngine();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noEngine();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noEngine();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noEngine();
  }

  private static CertificateException noEngine() {
    return new CertificateException("Netty has an engine");
  }
}
