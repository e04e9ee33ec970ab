package org.pgdeeplake.proxy.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of both {@code tls} sections, and what must hold between them. */
final class TlsReader {
  private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");
  private static final String SYSTEM = "system";

  private final Path directory;

  /**
   * @param directory of the configuration file: relative paths begin there
   */
  TlsReader(Path directory) {
    this.directory = directory;
  }

  FrontendTls frontend(Section section) {
    FrontendTls.Mode mode = section.choice("mode", FrontendTls.Mode.class);
    boolean require = section.flag("require");
    List<CertificateSource> certificates = new ArrayList<>();
    CertificateSource first = certificate(section);
    if (first != null) {
      certificates.add(first);
    }
    for (Section more : section.list("more-certificates")) {
      CertificateSource source = certificate(more);
      if (source == null) {
        more.problem("certificate", "no certificate; write certificate = \"certs/other.pem\"");
      } else {
        certificates.add(source);
      }
      more.refuseOtherKeys();
    }
    FrontendTls tls =
        new FrontendTls(
            mode,
            require,
            List.copyOf(certificates),
            file(section, "client-ca"),
            section.choice("client-certificate", FrontendTls.ClientCertificate.class),
            section.oneOf("min-version", VERSIONS),
            section.texts("ciphers"));
    section.refuseOtherKeys();
    return tls;
  }

  /** Null where it has no certificate: plain text. */
  @Nullable FrontendTls scaler(Section section) {
    CertificateSource certificate = certificate(section);
    FileSetting clientCa = file(section, "client-ca");
    section.refuseOtherKeys();
    if (certificate == null) {
      if (clientCa != null && section.good("certificate")) {
        section.problem(
            "client-ca",
            "clients show a certificate only within TLS; write certificate = \"certs/scaler.pem\"");
      }
      return null;
    }
    return new FrontendTls(
        FrontendTls.Mode.TERMINATE,
        true,
        List.of(certificate),
        clientCa,
        clientCa == null
            ? FrontendTls.ClientCertificate.OPTIONAL
            : FrontendTls.ClientCertificate.REQUIRED,
        VERSIONS.getFirst(),
        List.of());
  }

  /**
   * What must hold for a frontend, but not yet for the defaults that it inherits.
   *
   * @param frontend its section
   */
  static void check(Section frontend, FrontendConfig config) {
    Section section = frontend.section("tls");
    FrontendTls tls = config.tls();
    if (tls.terminates()) {
      checkTerminates(section, tls);
      if (config.mode() == FrontendConfig.Mode.TCP) {
        (frontend.own("mode") ? frontend : section)
            .problem(
                "mode",
                "tls.mode = terminate works only with mode = postgres, since tcp passes bytes as"
                    + " they are; write mode = postgres, or tls.mode = passthrough");
      }
    } else {
      refuseUnused(section, tls);
    }
  }

  private static void checkTerminates(Section section, FrontendTls tls) {
    if (tls.certificates().isEmpty() && section.good("certificate")) {
      section.problem(
          "mode", "terminate needs a certificate; write certificate = \"certs/server.pem\"");
    }
    if (tls.clientCertificate() == FrontendTls.ClientCertificate.REQUIRED
        && tls.clientCa() == null
        && section.good("client-ca")) {
      section.problem(
          "client-certificate",
          "required needs to know who signs them; write client-ca = \"certs/client-ca.pem\"");
    }
  }

  /** What would be overlooked without a word may be what somebody relies on. */
  private static void refuseUnused(Section section, FrontendTls tls) {
    String only = " works only with mode = terminate; write that, or leave it out";
    if (tls.require() && meant(section, "require")) {
      section.problem("require", "require = true" + only);
    }
    if (!tls.certificates().isEmpty()) {
      List<String> keys = List.of("certificate", "more-certificates");
      keys.stream()
          .filter(section::own)
          .findFirst()
          .or(() -> keys.stream().filter(key -> meant(section, key)).findFirst())
          .ifPresent(key -> section.problem(key, "a certificate" + only));
    }
    if (tls.clientCa() != null && meant(section, "client-ca")) {
      section.problem("client-ca", "client-ca" + only);
    }
    if (tls.clientCertificate() == FrontendTls.ClientCertificate.REQUIRED
        && meant(section, "client-certificate")) {
      section.problem("client-certificate", "client-certificate = required" + only);
    }
  }

  /** A section that writes its own mode does not mean what it inherits for another. */
  private static boolean meant(Section section, String key) {
    return section.own(key) || !section.own("mode");
  }

  BackendTls backend(Section section) {
    BackendTls.Mode mode = section.choice("mode", BackendTls.Mode.class);
    String ca = section.optionalText("ca");
    BackendTls tls =
        new BackendTls(
            mode,
            ca.equals(SYSTEM) ? null : file(section, "ca"),
            section.flag("shared-certificate"),
            certificate(section),
            section.oneOf("min-version", VERSIONS),
            section.texts("ciphers"));
    section.refuseOtherKeys();
    return tls;
  }

  /** What must hold for a backend, but not yet for the defaults that it inherits. */
  static void check(Section section, BackendConfig config) {
    BackendTls tls = config.tls();
    BackendTls.Mode mode = tls.mode();
    HostPort followed = config.discovery().followed();
    if (mode == BackendTls.Mode.VERIFY_FULL && followed != null && followed.host().contains("_")) {
      section.problem(
          "mode",
          "verify-full cannot check the name "
              + Value.quoted(followed.host())
              + " of discovery.dns: host names have no underscore (RFC 1123); write another name,"
              + " or verify-ca");
    }
    for (BackendConfig.ServerConfig server : config.servers()) {
      // Java refuses to look for such a name in a certificate.
      if (mode == BackendTls.Mode.VERIFY_FULL && server.address().host().contains("_")) {
        section.problem(
            "mode",
            "verify-full cannot check the name "
                + Value.quoted(server.address().host())
                + " of server "
                + server.name()
                + ": host names have no underscore (RFC 1123); write another name, or verify-ca");
      }
    }
    String ca = section.optionalText("ca");
    if (mode.verifies() && ca.isEmpty() && section.good("ca")) {
      section.problem(
          "mode",
          "verifying needs to know who signs the servers' certificates;"
              + " write ca = \"certs/ca.pem\", or ca = system");
    }
    if (mode == BackendTls.Mode.VERIFY_CA && ca.equals(SYSTEM)) {
      section.problem(
          "mode",
          "with ca = system anybody's certificate would do, for whatever name it is; write"
              + " verify-full");
    }
    if (!mode.verifies() && !ca.isEmpty() && meant(section, "ca")) {
      section.problem(
          "ca", "ca works only with mode = verify-ca or verify-full; write one of them");
    }
    if (mode == BackendTls.Mode.OFF
        && tls.sharedCertificate()
        && meant(section, "shared-certificate")) {
      section.problem("shared-certificate", "there is none with mode = off; write another mode");
    }
    if (mode == BackendTls.Mode.OFF && tls.certificate() != null && meant(section, "certificate")) {
      section.problem("certificate", "it is shown to nobody with mode = off; write another mode");
    }
  }

  /** Null where the section names none. */
  private @Nullable CertificateSource certificate(Section section) {
    FileSetting certificate = file(section, "certificate");
    FileSetting key = file(section, "key");
    if (certificate == null) {
      if (key != null && section.good("certificate")) {
        section.problem("key", "a key without its certificate; write certificate too");
      }
      return null;
    }
    return new CertificateSource(certificate, key);
  }

  private @Nullable FileSetting file(Section section, String key) {
    String text = section.has(key) ? section.optionalText(key) : section.absentText(key);
    if (text.isEmpty()) {
      return null;
    }
    Value where = section.where(key);
    try {
      return new FileSetting(
          directory.resolve(text).normalize(), where.place() + ": " + where.path());
    } catch (InvalidPathException _) {
      section.problem(key, Value.quoted(text) + " is not the path of a file");
      return null;
    }
  }

  /**
   * @param frontends of {@code backend}
   */
  static void checkShared(Section backend, BackendConfig config, List<FrontendConfig> frontends) {
    BackendTls tls = config.tls();
    if (tls.sharedCertificate()
        && tls.on()
        && frontends.stream().noneMatch(f -> f.tls().terminates())) {
      backend
          .section("tls")
          .problem(
              "shared-certificate",
              "no frontend of backend "
                  + config.name()
                  + " has a certificate that its servers could share; write tls.mode = terminate"
                  + " in one, or shared-certificate = false");
    }
  }

  /**
   * @param frontend the section of a frontend whose sessions go to {@code backend}
   */
  static void checkTogether(Section frontend, FrontendConfig config, BackendConfig backend) {
    BackendTls.Mode servers = backend.tls().mode();
    if (servers == BackendTls.Mode.OFF) {
      return;
    }
    Section tls = frontend.section("tls");
    String leg = "backend " + backend.name() + " has tls.mode = " + servers.word();
    if (config.mode() == FrontendConfig.Mode.TCP) {
      frontend.problem(
          "mode", leg + ", but tcp passes bytes as they are, in plain text; write mode = postgres");
    } else if (config.tls().terminates()) {
      if (!backend.tls().sharedCertificate()) {
        tls.problem(
            "mode",
            leg
                + ": TLS on both sides with two certificates breaks SCRAM's channel binding, so"
                + " libpq could not log in; write tls.mode = passthrough here, or tls.mode = off"
                + " there, or give both the same certificate and write tls.shared-certificate ="
                + " true there");
      } else if (config.tls().certificates().size() > 1) {
        tls.problem(
            "more-certificates",
            leg + " with shared-certificate = true: the servers can show only one; write no more");
      }
    }
  }
}
