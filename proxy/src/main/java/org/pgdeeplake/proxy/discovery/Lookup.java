package org.pgdeeplake.proxy.discovery;

import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks once for all addresses of a name. The two families are asked for apart: Netty's own {@code
 * resolveAll} takes the one that was answered for the whole, and so a lost packet would remove
 * servers. Confined to its event loop.
 */
final class Lookup {
  /** Of all name servers, search domains and aliases together. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /**
   * Netty's own question puts a dot behind the name, and with that it would be absolute: no search
   * list is walked then.
   */
  private record Question(String name, DnsRecordType type) implements DnsQuestion {
    @Override
    public int dnsClass() {
      return DnsRecord.CLASS_IN;
    }

    @Override
    public long timeToLive() {
      return 0;
    }
  }

  private final String name;
  private final Consumer<List<InetAddress>> early;
  private final Consumer<Answer> whenDone;
  private final Map<DnsRecordType, Answer> parts = new LinkedHashMap<>();
  private final List<Future<List<DnsRecord>>> asking = new ArrayList<>();
  private int open;
  private boolean refused;
  private boolean done;
  private @Nullable ScheduledFuture<?> deadline;

  /**
   * @param early gets the addresses of the preferred family as soon as they are there, if not yet
   *     all
   * @param whenDone called once, on the loop
   */
  Lookup(String name, Consumer<List<InetAddress>> early, Consumer<Answer> whenDone) {
    this.name = name;
    this.early = early;
    this.whenDone = whenDone;
  }

  /**
   * @param families the preferred one first
   */
  void start(DnsNameResolver resolver, List<DnsRecordType> families, EventLoop loop) {
    deadline = loop.schedule(this::timedOut, LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    open = families.size();
    for (DnsRecordType family : families) {
      // In this order, whichever is answered first.
      parts.put(family, new Answer.Silence("no answer within " + LIMIT.toSeconds() + " s"));
    }
    for (DnsRecordType family : families) {
      try {
        Future<List<DnsRecord>> answer = resolver.resolveAll(new Question(name, family));
        asking.add(answer);
        answer.addListener(_ -> answered(family, answer));
      } catch (IllegalArgumentException e) {
        part(family, new Answer.Silence("not a name: " + e.getMessage()));
      }
    }
  }

  /**
   * A server has answered a question with an error. With a search list the next question may well
   * be answered with "no such name", which is to be believed no more then.
   */
  void refused(String question) {
    refused |= question.startsWith(name);
  }

  private void answered(DnsRecordType family, Future<List<DnsRecord>> answer) {
    if (answer.isSuccess()) {
      List<DnsRecord> records = answer.getNow();
      part(family, found(records));
      records.forEach(ReferenceCountUtil::safeRelease);
    } else if (!answer.isCancelled()) {
      part(family, failed(Objects.requireNonNull(answer.cause())));
    }
  }

  static Answer found(List<DnsRecord> records) {
    List<InetAddress> addresses = new ArrayList<>();
    long ttl = Long.MAX_VALUE;
    for (DnsRecord record : records) {
      if (record instanceof ByteBufHolder data) {
        try {
          InetAddress address = InetAddress.getByAddress(ByteBufUtil.getBytes(data.content()));
          if (!addresses.contains(address)) {
            addresses.add(address);
          }
          ttl = Math.min(ttl, record.timeToLive());
        } catch (UnknownHostException _) {
          // A record of a wrong length is no address.
        }
      }
    }
    return addresses.isEmpty()
        ? new Answer.None()
        : new Answer.Found(addresses, Duration.ofSeconds(ttl), true);
  }

  private Answer failed(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean none =
        failure instanceof UnknownHostException
            && (cause == null
                || (cause instanceof DnsErrorCauseException error
                    && error.getCode().equals(DnsResponseCode.NXDOMAIN)));
    if (none && !refused) {
      return new Answer.None();
    }
    if (none) {
      return new Answer.Silence("a name server answered with an error");
    }
    return new Answer.Silence(String.valueOf((cause == null ? failure : cause).getMessage()));
  }

  private void part(DnsRecordType family, Answer answer) {
    if (done) {
      return;
    }
    parts.put(family, answer);
    open--;
    if (open == 0) {
      finish();
    } else if (answer instanceof Answer.Found found
        && family.equals(parts.keySet().iterator().next())) {
      early.accept(found.addresses());
    }
  }

  private void timedOut() {
    if (!done) {
      finish();
      asking.forEach(question -> question.cancel(false));
    }
  }

  private void finish() {
    done = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    whenDone.accept(together());
  }

  private Answer together() {
    List<InetAddress> addresses = new ArrayList<>();
    Duration ttl = Duration.ofDays(1);
    Answer.@Nullable Silence silence = null;
    for (Answer part : parts.values()) {
      switch (part) {
        case Answer.Found(var found, var life, var _) -> {
          addresses.addAll(found);
          ttl = life.compareTo(ttl) < 0 ? life : ttl;
        }
        case Answer.None() -> {}
        case Answer.Silence one -> silence = one;
      }
    }
    if (!addresses.isEmpty()) {
      return new Answer.Found(List.copyOf(addresses), ttl, silence == null);
    }
    return silence == null ? new Answer.None() : silence;
  }
}
