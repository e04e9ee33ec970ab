package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A real Chromium of its own, by the W3C's WebDriver protocol. {@link #close} ends it and deletes
 * its profile. Not thread-safe.
 */
public final class Browser implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--hide-scrollbars");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path profile;
  private final Command driver;
  private final String session;

  private Browser(boolean scripts) {
    try {
      profile = Files.createTempDirectory("chromium");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    driver = Command.of("chromedriver", "--port=0").env("HOME", profile.toString()).start();
    Matcher started =
        await().atMost(LIMIT).until(() -> STARTED.matcher(driver.out()), Matcher::find);
    String base = "http://127.0.0.1:" + started.group(1) + "/session";
    String flags =
        FLAGS.stream().map(Browser::quoted).collect(Collectors.joining(","))
            + ","
            + quoted("--user-data-dir=" + profile);
    String answer =
        send(
                "POST",
                base,
                """
                {"capabilities":{"alwaysMatch":{"goog:loggingPrefs":{"browser":"ALL"},
                "goog:chromeOptions":{"args":[%s],
                "prefs":{"profile.managed_default_content_settings.javascript":%d}}}}}
                """
                    .formatted(flags, scripts ? 1 : 2))
            .getString("value.sessionId");
    session = base + "/" + answer;
  }

  public static Browser start() {
    return new Browser(true);
  }

  /** In which no page's script runs. */
  public static Browser withoutScripts() {
    return new Browser(false);
  }

  /** Goes there and waits until it is loaded. */
  public Browser open(String url) {
    post("/url", "{\"url\":" + quoted(url) + "}");
    return this;
  }

  public String url() {
    return get("/url").getString("value");
  }

  public String title() {
    return get("/title").getString("value");
  }

  /** What can be seen of an element. */
  public String text(String selector) {
    return fresh(() -> get("/element/" + find(selector) + "/text")).getString("value");
  }

  public boolean has(String selector) {
    return !post("/elements", css(selector)).getList("value").isEmpty();
  }

  /** Waits until there is one. */
  public Browser awaitElement(String selector) {
    await().atMost(LIMIT).until(() -> has(selector));
    return this;
  }

  public Browser awaitText(String selector, String part) {
    await(selector).atMost(LIMIT).until(() -> has(selector) && text(selector).contains(part));
    return this;
  }

  public void click(String selector) {
    var _ = fresh(() -> post("/element/" + find(selector) + "/click", "{}"));
  }

  /** As who uses a keyboard does. */
  public void type(String selector, String keys) {
    String text = "{\"text\":" + quoted(keys) + "}";
    var _ = fresh(() -> post("/element/" + find(selector) + "/value", text));
  }

  /**
   * @param script whose value is text
   */
  public String run(String script) {
    return post("/execute/sync", "{\"script\":" + quoted(script) + ",\"args\":[]}")
        .getString("value");
  }

  /** Of what a page can see. */
  public Browser size(int width, int height) {
    post(
        "/goog/cdp/execute",
        """
        {"cmd":"Emulation.setDeviceMetricsOverride","params":
        {"width":%d,"height":%d,"deviceScaleFactor":1,"mobile":false}}
        """
            .formatted(width, height));
    return this;
  }

  public Browser dark(boolean dark) {
    post(
        "/goog/cdp/execute",
        """
        {"cmd":"Emulation.setEmulatedMedia","params":{"features":[
        {"name":"prefers-color-scheme","value":"%s"}]}}
        """
            .formatted(dark ? "dark" : "light"));
    return this;
  }

  /** What can be seen, as PNG. */
  public void screenshot(Path file) throws IOException {
    Files.write(file, Base64.getDecoder().decode(get("/screenshot").getString("value")));
  }

  /** What pages and the browser have written to its console since the last call. */
  public List<String> console() {
    return post("/se/log", "{\"type\":\"browser\"}").getConfigList("value").stream()
        .map(line -> line.getString("level") + " " + line.getString("message"))
        .toList();
  }

  /** A live page may put a new element in the place of the one that was found. */
  private static Config fresh(Supplier<Config> action) {
    for (int attempt = 1; ; attempt++) {
      try {
        return action.get();
      } catch (AssertionError e) {
        if (attempt == 5 || !String.valueOf(e.getMessage()).contains("stale element")) {
          throw e;
        }
      }
    }
  }

  private String find(String selector) {
    return post("/element", css(selector)).getConfig("value").root().unwrapped().values().stream()
        .map(String::valueOf)
        .findFirst()
        .orElseThrow();
  }

  private static String css(String selector) {
    return "{\"using\":\"css selector\",\"value\":" + quoted(selector) + "}";
  }

  private static String quoted(String text) {
    return ConfigUtil.quoteString(text);
  }

  private Config get(String path) {
    return send("GET", session + path, "");
  }

  private Config post(String path, String body) {
    return send("POST", session + path, body);
  }

  private Config send(String method, String url, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(LIMIT.multipliedBy(2))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new AssertionError(method + " " + url + " " + body + ": " + response.body());
      }
      return ConfigFactory.parseString(
          response.body(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (IOException e) {
      throw new AssertionError(driver.out(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    try {
      send("DELETE", session, "");
    } finally {
      driver.close();
      client.close();
      await().atMost(LIMIT).untilAsserted(() -> PostgresHome.run("rm", "-rf", profile.toString()));
    }
  }
}
