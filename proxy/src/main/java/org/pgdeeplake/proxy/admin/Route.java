package org.pgdeeplake.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What a method of a path has to offer. */
sealed interface Route {

  /** One answer, made on the event loop: it must not block. */
  record Page(Function<Request, Reply> reply) implements Route {}

  /** One answer that may take its time. It is cancelled where the client goes away before. */
  record Later(Function<Request, CompletableFuture<Reply>> reply) implements Route {}

  /** One line now and one for each change, until either side ends it. */
  record Stream(Function<Request, Lines> lines) implements Route {}
}
