package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A frontend's certificate in files, and those of its clients. */
public record TestTls(Path directory, TestCertificate authority, TestCertificate certificate) {

  /** The certificate of a frontend on localhost, below an authority and an intermediate. */
  public static TestTls in(Path directory) {
    TestCertificate authority = TestCertificate.authority("Test Root");
    TestTls tls = new TestTls(directory, authority, authority.intermediate("Test Between").issue());
    tls.write("server.pem", tls.certificate.chain() + tls.certificate.key());
    tls.write("ca.pem", authority.alone());
    return tls;
  }

  /** Writes a file that only its owner can read, as clients want their keys. */
  public Path write(String name, String content) {
    try {
      Path file = Files.writeString(directory.resolve(name), content);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path ca() {
    return directory.resolve("ca.pem");
  }

  /** Lines for a frontend that terminates TLS; {@code more} keys of its section {@code tls}. */
  public String[] terminate(String... more) {
    return Stream.concat(
            Stream.of(
                "tls.mode = terminate",
                "tls.certificate = \"" + directory.resolve("server.pem") + "\""),
            Stream.of(more).map(line -> "tls." + line))
        .toArray(String[]::new);
  }

  /** A client's end of TLS upon a connection, with ALPN as libpq 17 has it. */
  public static SSLSocket socket(Socket transport) {
    return socket(transport, List.of("TLSv1.3"), List.of("postgresql"));
  }

  public static SSLSocket socket(Socket transport, List<String> versions, List<String> alpn) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustsEverybody()}, null);
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(transport, "localhost", transport.getPort(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(versions.toArray(String[]::new));
      parameters.setApplicationProtocols(alpn.toArray(String[]::new));
      socket.setSSLParameters(parameters);
      return socket;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class TrustsEverybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
