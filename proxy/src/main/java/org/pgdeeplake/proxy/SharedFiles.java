package org.pgdeeplake.proxy;

import java.util.List;
import java.util.Optional;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.session.Sessions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the process, shared out anew whenever there are other servers. Guarded by whoever
 * changes these.
 */
final class SharedFiles {
  private static final Logger log = LoggerFactory.getLogger(SharedFiles.class);

  private final Sessions sessions;
  private Optional<String> told = Optional.empty();

  SharedFiles(Sessions sessions) {
    this.sessions = sessions;
  }

  /** What there is too little of is said once, and again when it is another number. */
  void among(ProxyConfig config, List<Backend> backends) {
    OpenFiles files =
        OpenFiles.ofProcess(backends.stream().mapToInt(one -> one.servers().size()).sum());
    sessions.limit(files);
    Optional<String> shortage = files.shortage(config.maxSessions());
    if (!shortage.equals(told)) {
      told = shortage;
      shortage.ifPresent(log::info);
    }
  }
}
