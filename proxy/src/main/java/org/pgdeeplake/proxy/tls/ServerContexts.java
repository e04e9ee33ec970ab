package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;

/**
 * Everything a frontend shows to its clients, made of its files at one moment. Any thread.
 *
 * @param authorities that sign the certificates of clients
 * @param warnings about the files
 */
record ServerContexts(List<Shown> shown, List<X509Certificate> authorities, List<String> warnings)
    implements Generation {
  static final String PROTOCOL = "postgresql";

  /** What gRPC is spoken over. */
  static final String HTTP2 = "h2";

  /** One certificate and its context. */
  record Shown(Identity identity, ServerNames names, SslContext context, TicketKeys keys) {
    /** Whether whoever asks for a name of this one gets the other. */
    boolean isHiddenBy(Shown other) {
      return other.names().patterns().containsAll(names.patterns());
    }
  }

  static final ApplicationProtocolConfig ALPN = alpn(PROTOCOL);

  private static ApplicationProtocolConfig alpn(String protocol) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        protocol);
  }

  static List<FileSetting> files(FrontendTls config) {
    List<FileSetting> files = new ArrayList<>();
    config.certificates().forEach(source -> addFiles(files, source));
    if (config.clientCa() != null) {
      files.add(config.clientCa());
    }
    return files;
  }

  static void addFiles(List<FileSetting> files, CertificateSource source) {
    files.add(source.certificate());
    if (source.key() != null) {
      files.add(source.key());
    }
  }

  /**
   * @param owner for messages
   */
  static ServerContexts load(String owner, FrontendTls config, PemFiles files, TlsProvider provider)
      throws TlsFileException {
    return load(owner, config, files, provider, PROTOCOL);
  }

  /**
   * @param protocol of ALPN
   */
  static ServerContexts load(
      String owner, FrontendTls config, PemFiles files, TlsProvider provider, String protocol)
      throws TlsFileException {
    List<String> warnings = new ArrayList<>();
    TlsProblems problems = new TlsProblems();
    List<Identity> identities = new ArrayList<>();
    for (CertificateSource source : config.certificates()) {
      problems.collect(() -> identities.add(Identity.load(files, source, warnings::add)));
    }
    List<X509Certificate> clientCa = new ArrayList<>();
    FileSetting ca = config.clientCa();
    if (ca != null) {
      problems.collect(() -> clientCa.addAll(Authorities.load(files.get(ca), warnings::add)));
    }
    List<String> ciphers = new ArrayList<>();
    problems.collect(() ->
        ciphers.addAll(
            CipherSuites.choose(owner, config.ciphers(), config.minVersion(), provider)));
    problems.throwIfAny();
    List<Shown> shown = new ArrayList<>();
    List<SslContext> made = new ArrayList<>();
    try {
      for (Identity identity : identities) {
        SslContext context = context(config, identity, clientCa, ciphers, provider, protocol);
        made.add(context);
        shown.add(
            new Shown(identity, ServerNames.of(identity.leaf()), context, new TicketKeys(context)));
      }
    } catch (SSLException | RuntimeException e) {
      made.forEach(ReferenceCountUtil::release);
      throw new TlsFileException(owner + ": TLS cannot be set up: " + TlsFailure.reason(e));
    }
    for (int i = 1; i < shown.size(); i++) {
      if (shown.subList(0, i).stream().anyMatch(shown.get(i)::isHiddenBy)) {
        warnings.add(
            "%s: the certificate of %s, serial %s, is never shown: one before it has all its names"
                .formatted(
                    owner,
                    Identity.name(shown.get(i).identity().leaf()),
                    Identity.serial(shown.get(i).identity().leaf())));
      }
    }
    return new ServerContexts(
        List.copyOf(shown),
        clientCa.stream().filter(Authorities::valid).toList(),
        List.copyOf(warnings));
  }

  /** Whether all of a handshake may stay on the loop: it is short then, and wakes no thread. */
  private static boolean isQuick(Identity identity, List<X509Certificate> clientCa) {
    return clientCa.isEmpty() && identity.signsQuickly();
  }

  private static SslContext context(
      FrontendTls config,
      Identity identity,
      List<X509Certificate> clientCa,
      List<String> ciphers,
      TlsProvider provider,
      String protocol)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(identity.key(), identity.chain())
            .sslProvider(provider.netty())
            .protocols(Versions.from(config.minVersion()))
            .ciphers(ciphers)
            .applicationProtocolConfig(alpn(protocol));
    if (provider == TlsProvider.OPENSSL) {
      builder.option(OpenSslContextOption.USE_TASKS, !isQuick(identity, clientCa));
    }
    if (!clientCa.isEmpty()) {
      builder
          .trustManager(new PeerTrust(PeerTrust.chains(clientCa), null))
          .clientAuth(
              config.clientCertificate() == ClientCertificate.REQUIRED
                  ? ClientAuth.REQUIRE
                  : ClientAuth.OPTIONAL);
    }
    return builder.build();
  }

  /**
   * @param serverName that a client asks for; null: none
   * @param tasks does what takes long
   */
  SslHandler newHandler(@Nullable String serverName, ByteBufAllocator allocator, Executor tasks) {
    return choose(serverName).context().newHandler(allocator, tasks);
  }

  /** An exact name before a wildcard; what nobody is made out for gets the first. */
  Shown choose(@Nullable String serverName) {
    if (serverName != null) {
      for (Shown candidate : shown) {
        if (candidate.names().has(serverName)) {
          return candidate;
        }
      }
      for (Shown candidate : shown) {
        if (candidate.names().matches(serverName)) {
          return candidate;
        }
      }
    }
    return shown.getFirst();
  }

  @Override
  public List<X509Certificate> certificates() {
    return shown.stream().map(one -> one.identity().leaf()).toList();
  }

  @Override
  public List<X509Certificate> watched() {
    return Stream.concat(
            shown.stream().flatMap(one -> one.identity().chain().stream()), authorities.stream())
        .distinct()
        .toList();
  }

  @Override
  public void rotateTicketKeys() {
    shown.forEach(one -> one.keys().rotate());
  }

  @Override
  public void release() {
    shown.forEach(one -> ReferenceCountUtil.release(one.context()));
  }
}
