package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;

/**
 * How a backend's servers are spoken with, made of its files at one moment. Any thread.
 *
 * @param identity what the proxy shows; null: nothing
 */
record ClientContext(
    SslContext context,
    @Nullable Identity identity,
    List<X509Certificate> authorities,
    List<String> warnings)
    implements Generation {

  static List<FileSetting> files(BackendTls config) {
    List<FileSetting> files = new ArrayList<>();
    if (config.ca() != null) {
      files.add(config.ca());
    }
    if (config.certificate() != null) {
      ServerContexts.addFiles(files, config.certificate());
    }
    return files;
  }

  /**
   * @param owner for messages
   * @param frontends the certificates that clients see
   */
  static ClientContext load(
      String owner,
      BackendTls config,
      PemFiles files,
      Supplier<List<X509Certificate>> frontends,
      TlsProvider provider)
      throws TlsFileException {
    List<String> warnings = new ArrayList<>();
    TlsProblems problems = new TlsProblems();
    List<X509Certificate> authorities = new ArrayList<>();
    FileSetting ca = config.ca();
    if (ca != null) {
      problems.collect(() -> authorities.addAll(Authorities.load(files.get(ca), warnings::add)));
    }
    List<Identity> identities = new ArrayList<>();
    CertificateSource certificate = config.certificate();
    if (certificate != null) {
      problems.collect(() -> identities.add(Identity.load(files, certificate, warnings::add)));
    }
    List<String> ciphers = new ArrayList<>();
    problems.collect(() ->
        ciphers.addAll(
            CipherSuites.choose(owner, config.ciphers(), config.minVersion(), provider)));
    problems.throwIfAny();
    Identity identity = identities.isEmpty() ? null : identities.getFirst();
    PeerTrust trust =
        new PeerTrust(
            config.mode().verifies()
                ? PeerTrust.chains(config.ca() == null ? null : authorities)
                : null,
            config.sharedCertificate() ? frontends : null);
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(provider.netty())
            .protocols(Versions.from(config.minVersion()))
            .ciphers(ciphers)
            .applicationProtocolConfig(ServerContexts.ALPN)
            .trustManager(trust)
            // Netty's default is HTTPS.
            .endpointIdentificationAlgorithm(config.mode() == Mode.VERIFY_FULL ? "HTTPS" : null);
    if (identity != null) {
      builder.keyManager(identity.key(), identity.chain());
    }
    try {
      return new ClientContext(
          builder.build(),
          identity,
          authorities.stream().filter(Authorities::valid).toList(),
          List.copyOf(warnings));
    } catch (SSLException | RuntimeException e) {
      throw new TlsFileException(owner + ": TLS cannot be set up: " + TlsFailure.reason(e));
    }
  }

  @Override
  public List<X509Certificate> certificates() {
    return identity == null ? List.of() : List.of(identity.leaf());
  }

  @Override
  public List<X509Certificate> watched() {
    return Stream.concat(
            identity == null ? Stream.empty() : identity.chain().stream(), authorities.stream())
        .distinct()
        .toList();
  }

  /** Tickets come from the servers. */
  @Override
  public void rotateTicketKeys() {}

  @Override
  public void release() {
    ReferenceCountUtil.release(context);
  }
}
