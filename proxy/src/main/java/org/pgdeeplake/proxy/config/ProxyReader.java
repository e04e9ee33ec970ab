package org.pgdeeplake.proxy.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

/** The keys of the whole file, and what must hold between its parts. */
final class ProxyReader {
  private static final int MAX_THREADS = 1024;

  private final Problems problems;
  private final TlsReader tls;
  private final Map<String, Section> backendSections = new HashMap<>();
  private final Listeners listeners = new Listeners();
  private final OperatorsReader operators = new OperatorsReader(listeners);

  /**
   * @param directory of the file: relative paths begin there
   */
  ProxyReader(Path directory, Problems problems) {
    this.tls = new TlsReader(directory);
    this.problems = problems;
  }

  /**
   * @param file the root of what was read, merged over reference.conf
   */
  ProxyConfig read(Value.Fields file) {
    Section root = new Section(file, problems);
    Section proxy = root.section("proxy");
    root.refuseOtherKeys();
    int threads = proxy.number("threads", 0, MAX_THREADS);
    Value.Fields backendDefaults = proxy.fields("backend-defaults");
    Value.Fields frontendDefaults = proxy.fields("frontend-defaults");
    checkDefaults(backendDefaults, frontendDefaults);
    List<BackendConfig> backends = new ArrayList<>();
    proxy
        .named("backends")
        .forEach((name, fields) -> backends.add(backend(name, fields.over(backendDefaults))));
    List<FrontendConfig> frontends = new ArrayList<>();
    proxy
        .named("frontends")
        .forEach((name, fields) ->
            frontends.add(frontend(name, fields.over(frontendDefaults), backends)));
    for (BackendConfig backend : backends) {
      TlsReader.checkShared(
          Objects.requireNonNull(backendSections.get(backend.name())),
          backend,
          frontends.stream().filter(f -> f.defaultBackend().equals(backend.name())).toList());
    }
    if (frontends.isEmpty() && proxy.good("frontends")) {
      Place place = proxy.where("frontends").place();
      problems.add(
          place.isReference() ? file.place() : place,
          "proxy.frontends",
          "no frontend; write frontends { pg_frontend { bind = \"0.0.0.0:5432\","
              + " default-backend = pg_backends } }");
    }
    ProxyConfig config =
        new ProxyConfig(
            threads,
            proxy.choice("transport", TransportChoice.class),
            proxy.durationOrZero("warm-up"),
            frontends,
            backends,
            demand(proxy.section("demand")),
            new ScalerReader(tls, listeners).read(proxy.section("scaler"), backends),
            OperatorsReader.peers(proxy.section("peers")),
            operators.admin(proxy.section("admin")),
            operators.console(proxy.section("console")),
            OperatorsReader.log(proxy.section("log")),
            shutdown(proxy.section("shutdown")));
    proxy.refuseOtherKeys();
    return config;
  }

  /** A mistake in a default counts even where nothing inherits it. */
  private void checkDefaults(Value.Fields backend, Value.Fields frontend) {
    BackendReader.read("", new Section(backend, problems), tls);
    Place place = frontend.place();
    Value.Fields required =
        new Value.Fields(
            place,
            "",
            Map.of(
                FrontendReader.BIND, new Value.Scalar(place, "", "localhost:0"),
                FrontendReader.DEFAULT_BACKEND, new Value.Scalar(place, "", "any")));
    FrontendReader.read("", new Section(frontend.over(required), problems), tls);
  }

  private BackendConfig backend(String name, Value.Fields fields) {
    Section section = new Section(fields, problems);
    BackendConfig backend = BackendReader.read(name, section, tls);
    TlsReader.check(section.section("tls"), backend);
    backendSections.put(name, section);
    return backend;
  }

  private FrontendConfig frontend(String name, Value.Fields fields, List<BackendConfig> backends) {
    Section section = new Section(fields, problems);
    FrontendConfig frontend = FrontendReader.read(name, section, tls);
    TlsReader.check(section, frontend);
    String wanted = frontend.defaultBackend();
    if (section.good(FrontendReader.DEFAULT_BACKEND)) {
      backends.stream()
          .filter(backend -> backend.name().equals(wanted))
          .findFirst()
          .ifPresentOrElse(
              backend -> TlsReader.checkTogether(section, frontend, backend),
              () ->
                  section.problem(
                      FrontendReader.DEFAULT_BACKEND,
                      "there is no backend " + Value.quoted(wanted) + instead(wanted, backends)));
    }
    listeners.add("frontend " + name, section, frontend.bind());
    return frontend;
  }

  private static String instead(String backend, List<BackendConfig> backends) {
    if (backends.isEmpty()) {
      return "; write backends { " + backend + " { servers = [ ... ] } }";
    }
    List<String> names = backends.stream().map(BackendConfig::name).toList();
    String near = Spelling.didYouMean(backend, names);
    return near.isEmpty() ? "; the backends are: " + String.join(", ", names) : near;
  }

  private static DemandConfig demand(Section section) {
    DemandConfig demand =
        new DemandConfig(section.duration("idle-after"), section.durationOrZero("linger"));
    section.refuseOtherKeys();
    return demand;
  }

  private static ShutdownConfig shutdown(Section section) {
    ShutdownConfig shutdown =
        new ShutdownConfig(
            section.durationOrZero("delay"), section.durationOrZero("drain-timeout"));
    section.refuseOtherKeys();
    return shutdown;
  }
}
