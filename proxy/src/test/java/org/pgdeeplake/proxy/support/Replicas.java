package org.pgdeeplake.proxy.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Proxies in front of the same servers that are to find each other on loopback. */
public final class Replicas implements AutoCloseable {
  public static final String SECRET = "a secret of the replicas";
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final TestPostgres[] servers;
  private final List<ReservedPort> admin = new ArrayList<>();
  private final ReservedPort client = new ReservedPort();
  private final List<TestProxy> started = new ArrayList<>();
  private final List<Command> processes = new ArrayList<>();

  /**
   * @param count how many there may be
   */
  public Replicas(int count, TestPostgres... servers) {
    this.servers = servers;
    for (int i = 0; i < count; i++) {
      admin.add(new ReservedPort());
    }
  }

  /** The configuration of that one, from 1 up. */
  public ProxyFile configuration(int number, String secret) {
    String dns = admin.stream().map(ReservedPort::address).collect(Collectors.joining(", "));
    return TestProxy.to(servers)
        .proxy(
            "admin.bind = \"" + admin.get(number - 1).address() + "\"",
            "admin.stats { user = ops, password = secret }",
            "demand.linger = 0s",
            "shutdown.drain-timeout = 0s",
            "peers { dns = \"" + dns + "\", secret = \"" + secret + "\" }",
            "peers { interval = 200ms, ttl = 3s }");
  }

  /** In this process. */
  public TestProxy start(int number) {
    return launch(number).awaitUp(servers.length);
  }

  /**
   * The same, whether servers are up or not.
   *
   * @param more lines of the section proxy
   */
  public TestProxy launch(int number, String... more) {
    TestProxy proxy = configuration(number, SECRET).proxy(more).start();
    started.add(proxy);
    return proxy;
  }

  /** In a process of its own, for clients at {@link #processPort}. */
  public Command startProcess(int number, Path directory) throws IOException {
    Path file = directory.resolve("proxy-" + number + ".conf");
    Files.writeString(
        file, configuration(number, SECRET).frontend("bind = \"" + client.address() + "\"").text());
    Command process = ProxyProcess.start(file);
    processes.add(process);
    var _ = ProxyProcess.awaitListening(process, client);
    return process;
  }

  /** Where that one's admin port is. */
  public ReservedPort adminPort(int number) {
    return admin.get(number - 1);
  }

  public ReservedPort processPort() {
    return client;
  }

  /** Waits until that one hears so many others. */
  public void awaitPeers(int number, int up) {
    await("peers of " + number)
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> metric(number, "pgproxy_peers{state=\"up\"}") == up);
  }

  public double metric(int number, String name) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(name) + " (.*)$")
            .matcher(ask(number, "GET", "/metrics").body());
    assertThat(line.find()).as(name).isTrue();
    return Double.parseDouble(line.group(1));
  }

  /** As an operator. */
  public HttpResponse<String> ask(int number, String method, String path) {
    URI uri = URI.create("http://" + admin.get(number - 1).address() + path);
    String basic =
        Base64.getEncoder().encodeToString("ops:secret".getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.noBody())
            .header("Authorization", "Basic " + basic)
            .build();
    try {
      return HTTP.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    processes.forEach(Command::close);
    started.forEach(TestProxy::close);
    admin.forEach(ReservedPort::close);
    client.close();
  }
}
