package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import java.net.Socket;
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

/** Which servers are trusted: what the mode asks for, and the frontend's certificate if shared. */
final class ServerTrust extends X509ExtendedTrustManager
    implements ResumableX509ExtendedTrustManager {
  private final @Nullable X509ExtendedTrustManager chains;
  private final @Nullable Supplier<List<X509Certificate>> shared;

  /**
   * @param chains checks chains, and names where the engine asks for it; null: anything goes
   * @param shared one of these must be the server's; null: any
   */
  ServerTrust(
      @Nullable X509ExtendedTrustManager chains, @Nullable Supplier<List<X509Certificate>> shared) {
    this.chains = chains;
    this.shared = shared;
  }

  /**
   * @param ca null: who Java trusts
   */
  static X509ExtendedTrustManager chains(@Nullable List<X509Certificate> ca) {
    try {
      KeyStore store = null;
      if (ca != null) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < ca.size(); i++) {
          store.setCertificateEntry("ca" + i, ca.get(i));
        }
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IllegalStateException("this Java has no trust manager");
    } catch (java.security.GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    if (chains != null) {
      chains.checkServerTrusted(chain, authType, engine);
    }
    checkShared(chain);
  }

  /** The certificates were checked when the session began, but ours may have changed since. */
  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    checkShared(chain);
  }

  private void checkShared(X509Certificate[] chain) throws CertificateException {
    if (shared != null && (chain.length == 0 || !shared.get().contains(chain[0]))) {
      throw new CertificateException(
          "the server's certificate is not the frontend's (shared-certificate = true)");
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
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
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw noEngine();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noEngine();
  }

  @Override
  public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    throw noEngine();
  }

  private static CertificateException noEngine() {
    return new CertificateException("only for servers, and by Netty");
  }
}
