package org.pgdeeplake.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One session of a {@link Crowd}: opens, and asks when it is told to. On its channel's loop. */
final class CrowdMember implements ClientSession.Owner {
  private final Crowd crowd;
  private final Question question;
  private final byte[] expected;
  private @Nullable ClientSession session;
  private boolean open;
  private boolean asking;
  private boolean over;
  private long askedAt;
  private int rows;
  private String complete = "";

  CrowdMember(Crowd crowd, Question question) {
    this.crowd = crowd;
    this.question = question;
    this.expected = question.row();
  }

  @Override
  public void connected(ClientSession connected) {
    session = connected;
    crowd.connected(this);
  }

  @Override
  public void ready(ClientSession session) {
    if (over) {
      return;
    }
    if (!open) {
      open = true;
      crowd.opened(this, session.began());
    } else if (asking) {
      asking = false;
      if (rows == question.rows() && complete.equals(question.tag())) {
        crowd.answered(askedAt);
      } else {
        wrong("not the whole answer: %d rows, \"%s\"".formatted(rows, complete));
      }
    } else {
      wrong("an answer that nobody asked for");
    }
  }

  @Override
  public void row(byte[] body) {
    rows++;
    if (!over && !Arrays.equals(body, expected)) {
      wrong("a row of somebody else: " + new String(body, StandardCharsets.US_ASCII));
    }
  }

  @Override
  public void complete(String tag) {
    complete = tag;
  }

  @Override
  public void lost(ClientSession session, String reason) {
    // What the proxy sheds says so with a code that clients understand; all else is an error.
    boolean refused = !open && (reason.contains(" C53300 ") || reason.contains(" C57P03 "));
    crowd.lost(this, refused, reason);
  }

  /** Told once; what else it is sent does not count. */
  private void wrong(String reason) {
    over = true;
    end();
    crowd.lost(this, false, question.text() + ": " + reason);
  }

  /** From any thread; it must be open. */
  void ask() {
    ClientSession asked = session;
    if (asked != null) {
      asked.onLoop(() -> {
        rows = 0;
        complete = "";
        asking = true;
        askedAt = System.nanoTime();
        asked.ask(question.sql());
      });
    }
  }

  /** From any thread. */
  void end() {
    ClientSession ended = session;
    if (ended != null) {
      ended.end();
    }
  }
}
