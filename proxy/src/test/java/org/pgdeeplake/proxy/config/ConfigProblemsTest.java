// What is said in a bad file is refused with every problem at once, each on a line with its place
// and
// what would be right.
package org.pgdeeplake.proxy.config;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

class ConfigProblemsTest extends BadFiles {
  static Stream<Arguments> badFiles() {
    return Stream.of(values(), addresses(), relations()).flatMap(List::stream);
  }

  private static List<Arguments> values() {
    return List.of(
        added(
            "numbers",
            """
            proxy.threads = 1025
            proxy.backends.b.retries = -1
            proxy.backends.b.check { rise = 0, fall = 1.5 }
            proxy.backends.b.queue.limit = many
            proxy.frontends.f.max-connections = 99999999999
            """,
            """
            proxy.conf:3: proxy.threads: "1025" is not a whole number from 0 to 1024
            proxy.conf:4: proxy.backends.b.retries: "-1" is not a whole number from 0 to 2147483647
            proxy.conf:5: proxy.backends.b.check.rise: "0" is not a whole number from 1 to 2147483647
            proxy.conf:5: proxy.backends.b.check.fall: "1.5" is not a whole number from 1 to 2147483647
            proxy.conf:6: proxy.backends.b.queue.limit: "many" is not a whole number from 1 to 2147483647
            proxy.conf:7: proxy.frontends.f.max-connections: "99999999999" is not a whole number from 1 to 2147483647
            """),
        added(
            "durations",
            """
            proxy.backends.b.timeouts.queue = 120
            proxy.backends.b.timeouts.connect = 0s
            proxy.frontends.f.timeouts.idle-session = -1s
            proxy.demand.linger = 2 weeks
            proxy.demand.idle-after = 400d
            proxy.shutdown.delay = [1s]
            """,
            """
            proxy.conf:3: proxy.backends.b.timeouts.queue: "120" has no unit; write 120s for seconds
            proxy.conf:4: proxy.backends.b.timeouts.connect: "0s" is too short; write at least 1ms
            proxy.conf:5: proxy.frontends.f.timeouts.idle-session: "-1s" is too short; write at least 0ms
            proxy.conf:6: proxy.demand.linger: "2 weeks" is not a duration, such as 100ms, 120s, 5m, 1h or 1d
            proxy.conf:7: proxy.demand.idle-after: "400d" is too long; write at most 365d
            proxy.conf:8: proxy.shutdown.delay: a list [ ... ] is not a duration, such as 100ms, 120s, 5m, 1h or 1d; write delay = 10s
            """),
        added(
            "words",
            """
            proxy.frontends.f.tls.mode = ssl
            proxy.backends.b.redispatch = maybe
            proxy.backends.b.check.type = pqsql
            proxy.backends.b.check.on-marked-down = close_sessions
            proxy.backends.b.balance = leastconn
            proxy.transport = null
            """,
            """
            proxy.conf:3: proxy.frontends.f.tls.mode: "ssl" is not allowed; write passthrough or terminate or off
            proxy.conf:4: proxy.backends.b.redispatch: "maybe" is not allowed; write true or false
            proxy.conf:5: proxy.backends.b.check.type: "pqsql" is not allowed; write pgsql or tcp; did you mean pgsql?
            proxy.conf:6: proxy.backends.b.check.on-marked-down: "close_sessions" is not allowed; write none or close-sessions; did you mean close-sessions?
            proxy.conf:7: proxy.backends.b.balance: "leastconn" is not allowed; write roundrobin
            proxy.conf:8: proxy.transport: null is not auto or epoll or io_uring or nio; write transport = auto
            """),
        added(
            "text and names",
            """
            proxy.backends.b.check.user = ""
            proxy.backends."a b" {}
            proxy.backends.b.servers = [ { name = "a\\nb", address = "h:1" } ]
            """,
            """
            proxy.conf:3: proxy.backends.b.check.user: the text is empty
            proxy.conf:4: proxy.backends."a b": "a b" is not a name; use letters, digits and - _ . :
            proxy.conf:5: proxy.backends.b.servers[0].name: "a\\u000ab" is not a name; use letters, digits and - _ . :
            """));
  }

  private static List<Arguments> addresses() {
    String form = "; write host:port, such as 0.0.0.0:5432 or [::1]:5432";
    return Stream.of(
            arguments("5432", "has no port" + form),
            arguments("0.0.0.0", "has no port" + form),
            arguments("host:", "has no port" + form),
            arguments(":5432", "has no host" + form),
            arguments("*:5432", "has no host" + form),
            arguments("::1", "is an IPv6 address without brackets and port" + form),
            arguments("::1:5432", "is an IPv6 address without brackets and port" + form),
            arguments("[::1]", "has no port" + form),
            arguments("[::1:5432", "has no valid host name or address" + form),
            arguments("[host]:1", "has no IPv6 address in its brackets" + form),
            arguments("300.0.0.1:1", "has no valid host name or address" + form),
            arguments("1.2.3:1", "has no valid host name or address" + form),
            arguments("a b:1", "has no valid host name or address" + form),
            arguments("postgres://h:1", "has no valid host name or address" + form))
        .map(bad ->
            added(
                "the address " + bad.get()[0],
                "proxy.admin.bind = \"" + bad.get()[0] + "\"",
                "proxy.conf:3: proxy.admin.bind: \"" + bad.get()[0] + "\" " + bad.get()[1]))
        .toList();
  }

  private static List<Arguments> relations() {
    return List.of(
        added(
            "ports",
            """
            proxy.admin.bind = "h:65536"
            proxy.backends.b.servers = [
              { name = a, address = "h:0" }
              { name = b, address = "h:-1" }
              { name = c, address = [] }
            ]
            """,
            """
            proxy.conf:3: proxy.admin.bind: "h:65536": the port must be a whole number from 0 to 65535
            proxy.conf:5: proxy.backends.b.servers[0].address: "h:0": the port must be a whole number from 1 to 65535
            proxy.conf:6: proxy.backends.b.servers[1].address: "h:-1": the port must be a whole number from 1 to 65535
            proxy.conf:7: proxy.backends.b.servers[2].address: a list [ ... ] is not an address; write address = "pg-deeplake-1:5432"
            """),
        added(
            "servers",
            """
            proxy.backends.b.servers = [
              { name = a, address = "h:1" }
              { name = a, address = "h:2" }
              { name = BACKEND, address = "h:3" }
              { addres = "h:4" }
              h5
            ]
            """,
            """
            proxy.conf:5: proxy.backends.b.servers[1].name: another server is called a (proxy.conf:4); write another name
            proxy.conf:6: proxy.backends.b.servers[2].name: BACKEND means something else in statistics; write another
            proxy.conf:7: proxy.backends.b.servers[3]: name is missing; write name = pg-deeplake-1
            proxy.conf:7: proxy.backends.b.servers[3]: address is missing; write address = "pg-deeplake-1:5432"
            proxy.conf:7: proxy.backends.b.servers[3].addres: unknown key; did you mean address?
            proxy.conf:8: proxy.backends.b.servers[4]: "h5" is not a section { ... }
            """),
        arguments(
            "a backend that does not exist",
            """
            proxy.backends.pg_backends {}
            proxy.backends.other {}
            proxy.frontends.f { bind = "h:1", default-backend = pg_backend }
            proxy.frontends.g { bind = "h:2", default-backend = elephants }
            """,
            """
            proxy.conf:3: proxy.frontends.f.default-backend: there is no backend "pg_backend"; did you mean pg_backends?
            proxy.conf:4: proxy.frontends.g.default-backend: there is no backend "elephants"; the backends are: pg_backends, other
            """),
        arguments(
            "no backend at all",
            FRONTEND,
            "proxy.conf:1: proxy.frontends.f.default-backend: there is no backend \"b\";"
                + " write backends { b { servers = [ ... ] } }"),
        added(
            "one address for two",
            """
            proxy.frontends.g { bind = "127.0.0.1:5432", default-backend = b }
            proxy.frontends.h { bind = "[::1]:8404", default-backend = b }
            proxy.admin.bind = "[::1]:8404"
            """,
            """
            proxy.conf:3: proxy.frontends.g.bind: 127.0.0.1:5432 is taken by frontend f (0.0.0.0:5432, proxy.conf:1); write another port
            proxy.conf:5: proxy.admin.bind: [::1]:8404 is taken by frontend h ([::1]:8404, proxy.conf:4); write another port
            """),
        added(
            "a console without a password",
            "proxy.console.bind = \"127.0.0.1:6432\"",
            "proxy.conf:3: proxy.console.bind: the console needs a password;"
                + " set console.password, or bind = \"\""),
        added(
            "a console with an empty password, no user and a taken port",
            """
            proxy.console {
              bind = "127.0.0.1:5432"
              user = ""
              password = ""
            }
            """,
            """
            proxy.conf:4: proxy.console.bind: 127.0.0.1:5432 is taken by frontend f (0.0.0.0:5432, proxy.conf:1); write another port
            proxy.conf:5: proxy.console.user: the text is empty
            proxy.conf:6: proxy.console.password: the console needs a password; set console.password, or bind = ""
            """),
        added(
            "a console's password that is only half a SCRAM verifier, without showing it",
            """
            proxy.console {
              bind = "127.0.0.1:6432"
              password = "SCRAM-SHA-256$4096:c2VjcmV0$c2VjcmV0"
            }
            """,
            "proxy.conf:5: proxy.console.password: begins as a SCRAM verifier of PostgreSQL, but is"
                + " none; write SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, or the"
                + " password itself"),
        added(
            "fastinter above inter",
            """
            proxy.backends.b.check { inter = 1s, fastinter = 2s }
            proxy.backends.c {
              check.inter = 50ms
            }
            """,
            """
            proxy.conf:3: proxy.backends.b.check.fastinter: longer than inter (1000ms); write at most that
            proxy.conf:5: proxy.backends.c.check.inter: shorter than the default of fastinter (100ms); write fastinter too
            """));
  }
}
