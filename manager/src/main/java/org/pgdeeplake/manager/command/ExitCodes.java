package org.pgdeeplake.manager.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.postgres.Answer;

/** What scripts may rely on; shown in every --help. */
public final class ExitCodes {
  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int REFUSED = 3;
  public static final int LOCKED = 4;
  public static final int PARTLY = 5;

  private ExitCodes() {}

  /** OK if each did, PARTLY if some did. */
  static int ofAnswers(List<? extends Answer<?>> answers) {
    long failed = answers.stream().filter(Answer.Failed.class::isInstance).count();
    if (failed == 0) {
      return OK;
    }
    return failed == answers.size() ? FAILED : PARTLY;
  }

  /** For picocli: code to meaning, in order. */
  public static Map<String, String> meanings() {
    Map<String, String> meanings = new LinkedHashMap<>();
    meanings.put(" " + OK, "done; also after Ctrl-C or SIGTERM, once everything has been stopped");
    meanings.put(" " + FAILED, "failed");
    meanings.put(" " + USAGE, "wrong usage");
    meanings.put(" " + REFUSED, "refused by a guard");
    meanings.put(" " + LOCKED, "locked by another manager");
    meanings.put(" " + PARTLY, "partly done");
    return meanings;
  }
}
