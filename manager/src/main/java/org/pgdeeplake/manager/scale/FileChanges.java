package org.pgdeeplake.manager.scale;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;
import org.pgdeeplake.manager.deployment.WholeFile;

/**
 * New texts for files, and what they were.
 *
 * @param before by file; "" where there was none
 */
record FileChanges(Map<Path, String> before, Map<Path, String> after) {
  private static final int CONTEXT_LINES = 1;

  static FileChanges to(Map<Path, String> after) throws DeploymentFailed {
    Map<Path, String> before = new LinkedHashMap<>();
    for (Path file : after.keySet()) {
      try {
        before.put(file, Files.exists(file) ? Files.readString(file) : "");
      } catch (IOException e) {
        throw new DeploymentFailed("cannot read " + file + ": " + FileErrors.reason(e), e);
      }
    }
    return new FileChanges(before, after);
  }

  void write() throws DeploymentFailed {
    write(after);
  }

  void takeBack() throws DeploymentFailed {
    write(before);
  }

  private static void write(Map<Path, String> texts) throws DeploymentFailed {
    for (Map.Entry<Path, String> file : texts.entrySet()) {
      WholeFile.replace(file.getKey(), file.getValue());
    }
  }

  /** As {@code diff -u}; empty if nothing changes. */
  List<String> difference() {
    return after.keySet().stream().sorted().flatMap(file -> difference(file).stream()).toList();
  }

  private List<String> difference(Path file) {
    List<String> old = before.getOrDefault(file, "").lines().toList();
    List<String> now = after.getOrDefault(file, "").lines().toList();
    return UnifiedDiffUtils.generateUnifiedDiff(
        file.toString(), file.toString(), old, DiffUtils.diff(old, now), CONTEXT_LINES);
  }
}
