package org.pgdeeplake.proxy.operation;

import java.util.List;

/** What came of a reload: the new file is applied whole, or not at all. */
public sealed interface ReloadResult {

  /**
   * @param changes a line each, for people; empty where the file says what runs already
   */
  record Applied(List<String> changes) implements ReloadResult {}

  /**
   * @param problems a line each, with file:line where there is one; everything runs on as it did
   */
  record Refused(List<String> problems) implements ReloadResult {}
}
