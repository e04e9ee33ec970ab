// The packages are what ARCHITECTURE.md says they are: who may know whom is one table.
package org.pgdeeplake.proxy;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
  private static final String ROOT = "org.pgdeeplake.proxy";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Each package and those that it may know. */
  private static final Map<String, List<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry("config", List.of("postgres")),
          Map.entry("postgres", List.of()),
          Map.entry("traffic", List.of()),
          Map.entry("net", List.of("config")),
          Map.entry("tls", List.of("config", "net", "traffic")),
          Map.entry("discovery", List.of("config", "net")),
          Map.entry("demand", List.of("config")),
          Map.entry("relay", List.of("net", "traffic")),
          Map.entry("wake", List.of()),
          Map.entry(
              "backend",
              List.of("config", "discovery", "net", "postgres", "tls", "traffic", "wake")),
          Map.entry("health", List.of("backend", "config", "net", "postgres")),
          Map.entry(
              "metrics",
              List.of("backend", "config", "demand", "discovery", "tls", "traffic", "wake")),
          Map.entry(
              "session",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "metrics",
                  "net",
                  "postgres",
                  "relay",
                  "tls",
                  "traffic")),
          Map.entry("frontend", List.of("config", "net", "session", "traffic")),
          Map.entry(
              "operation",
              List.of("backend", "config", "demand", "frontend", "session", "traffic", "wake")),
          Map.entry(
              "admin",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "frontend",
                  "metrics",
                  "net",
                  "operation",
                  "query",
                  "peers",
                  "session",
                  "stats",
                  "traffic",
                  "wake")),
          Map.entry(
              "peers",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "discovery",
                  "metrics",
                  "net",
                  "operation",
                  "postgres")),
          Map.entry(
              "stats",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "frontend",
                  "operation",
                  "session",
                  "traffic",
                  "wake")),
          Map.entry(
              "console",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "frontend",
                  "metrics",
                  "net",
                  "operation",
                  "postgres",
                  "session",
                  "traffic",
                  "wake")),
          Map.entry("query", List.of()),
          Map.entry("scaler", List.of("backend", "config", "demand", "metrics", "net", "tls")),
          Map.entry(
              "rehearsal",
              List.of(
                  "backend",
                  "config",
                  "demand",
                  "frontend",
                  "metrics",
                  "net",
                  "session",
                  "traffic")),
          Map.entry("log", List.of("config")));

  static Stream<String> packages() {
    return MAY_KNOW.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void knowsOnlyWhatTheTableAllows(String name) {
    String[] forbidden =
        Stream.concat(Stream.of(ROOT), MAY_KNOW.keySet().stream().map(p -> ROOT + "." + p + ".."))
            .filter(p -> !p.equals(ROOT + "." + name + ".."))
            .filter(p ->
                MAY_KNOW.getOrDefault(name, List.of()).stream()
                    .noneMatch(m -> p.equals(ROOT + "." + m + "..")))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .as(name + " may know " + MAY_KNOW.get(name) + ", not " + Arrays.toString(forbidden))
        .check(CLASSES);
  }

  @Test
  void theTableNamesEveryPackage() {
    classes()
        .should()
        .resideInAnyPackage(
            Stream.concat(
                    Stream.of(ROOT), MAY_KNOW.keySet().stream().map(name -> ROOT + "." + name))
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void hasNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void librariesStayWhereTheyBelong() {
    onlyIn("config", "com.typesafe.config..");
    onlyIn("metrics", "io.micrometer..", "io.prometheus..");
    onlyIn("scaler", "io.grpc..");
    onlyIn("log", "ch.qos.logback..");
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".admin..", ROOT + ".peers..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.handler.codec.http..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".postgres..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.channel..", "io.netty.bootstrap..", "java.net..")
        .check(CLASSES);
  }

  @Test
  void nothingBlocksAnEventLoop() {
    noClasses()
        .that()
        .resideInAnyPackage(
            Stream.of(
                    "session",
                    "relay",
                    "backend",
                    "health",
                    "demand",
                    "admin",
                    "console",
                    "discovery",
                    "scaler",
                    "query",
                    "peers")
                .map(name -> ROOT + "." + name)
                .toArray(String[]::new))
        .and()
        .doNotHaveSimpleName("Sessions") // awaitNoneOpen is for the thread that shuts down
        .and()
        .doNotHaveSimpleName("AdminServer") // its start and close are for the main thread
        .and()
        .doNotHaveSimpleName("ConsoleServer") // as AdminServer
        .and()
        .doNotHaveSimpleName("Resolver") // its close is for the thread that ends the process
        .and()
        .doNotHaveSimpleName("ScalerServer") // as AdminServer
        .should()
        .callMethodWhere(
            nameMatching("sleep|sync|syncUninterruptibly|await|awaitUninterruptibly|join")
                .onResultOf((JavaMethodCall call) -> call.getTarget())
                .and(not(equivalentTo(String.class)).onResultOf(JavaMethodCall::getTargetOwner)))
        .check(CLASSES);
  }

  @Test
  void namesSayWhatThingsAre() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .check(CLASSES);
  }

  private static void onlyIn(String name, String... libraries) {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .check(CLASSES);
  }
}
