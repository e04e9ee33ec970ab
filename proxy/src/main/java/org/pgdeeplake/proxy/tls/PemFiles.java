package org.pgdeeplake.proxy.tls;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.pgdeeplake.proxy.config.FileSetting;

/** All files of one context as they were at one moment. */
final class PemFiles {
  /** More changes in a row are no swap. */
  private static final int READS = 5;

  private final Map<FileSetting, PemFile> read = new LinkedHashMap<>();
  private final Map<FileSetting, TlsFileException> unreadable = new LinkedHashMap<>();

  static PemFiles read(Collection<FileSetting> settings) {
    PemFiles files = new PemFiles();
    for (FileSetting setting : settings) {
      try {
        files.read.put(setting, PemFile.read(setting));
      } catch (TlsFileException e) {
        files.unreadable.put(setting, e);
      }
    }
    return files;
  }

  /** Read again until two times agree: a swap of several files may be under way. */
  PemFiles settled(Collection<FileSetting> settings) {
    PemFiles last = this;
    for (int i = 0; i < READS; i++) {
      PemFiles next = read(settings);
      if (next.state().equals(last.state())) {
        return next;
      }
      last = next;
    }
    return last;
  }

  /**
   * @throws TlsFileException where it could not be read
   */
  PemFile get(FileSetting setting) throws TlsFileException {
    TlsFileException problem = unreadable.get(setting);
    if (problem != null) {
      throw problem;
    }
    return Objects.requireNonNull(read.get(setting), "not among the files that were read");
  }

  /** Differs where contents or permissions do, or what is wrong with them. */
  List<Object> state() {
    List<Object> state = new ArrayList<>();
    read.forEach(
        (setting, file) -> state.addAll(List.of(setting, file.digest(), file.permissions())));
    unreadable.forEach((setting, problem) -> state.addAll(List.of(setting, problem.problems())));
    return state;
  }
}
