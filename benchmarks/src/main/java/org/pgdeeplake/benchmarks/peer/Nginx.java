package org.pgdeeplake.benchmarks.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.Programs;

/** nginx with its stream module. */
public record Nginx() implements Peer {
  private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

  @Override
  public String name() {
    return "nginx";
  }

  @Override
  public Optional<String> missing() throws BenchFailed, InterruptedException {
    if (Programs.find("nginx").isEmpty()) {
      return Optional.of("nginx is not installed");
    }
    return Files.exists(MODULE) || build().contains("--with-stream ")
        ? Optional.empty()
        : Optional.of("nginx has no stream module (Debian package libnginx-mod-stream)");
  }

  private static String build() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(Programs.require("nginx").toString(), "-V"));
  }

  @Override
  public String version() throws BenchFailed, InterruptedException {
    return build().lines().findFirst().orElse("").replace("nginx version: ", "");
  }

  @Override
  public String settings() {
    return "stream, 2 workers, no log";
  }

  @Override
  public Set<Ability> abilities() {
    return Ability.LAYER_4;
  }

  @Override
  public RunningPeer start(Setup setup) throws BenchFailed, InterruptedException {
    int port = Ports.free();
    String tls =
        setup
            .tls()
            // Before 1.23.4 it offers no 1.3 unless told to.
            .map(pem ->
                """
                    ssl_certificate %1$s;
                    ssl_certificate_key %1$s;
                    ssl_session_tickets on;
                    ssl_protocols TLSv1.2 TLSv1.3;
                """
                    .formatted(pem))
            .orElse("");
    String load = Files.exists(MODULE) ? "load_module " + MODULE + ";\n" : "";
    var file =
        Launch.write(
            setup,
            "nginx.conf",
            """
            %1$sdaemon off;
            worker_processes 2;
            worker_rlimit_nofile 20000;
            pid nginx.pid;
            error_log error.log error;
            events { worker_connections 20000; }
            stream {
              access_log off;
              proxy_connect_timeout 10s;
              proxy_timeout 1h;
              tcp_nodelay on;
              server {
                listen 127.0.0.1:%2$d%3$s backlog=4096;
            %4$s    proxy_pass 127.0.0.1:%5$d;
              }
            }
            """
                .formatted(
                    load, port, setup.tls().isPresent() ? " ssl" : "", tls, setup.serverPort()));
    String program = Programs.require("nginx").toString();
    String prefix = setup.directory() + "/";
    return Launch.start(
        this,
        setup,
        port,
        List.of(program, "-p", prefix, "-e", "error.log", "-c", file.toString()));
  }
}
